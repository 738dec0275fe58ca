import { z } from 'zod';
import { entryOf } from '../../entry-of.js';
import { nest, nested } from '../../exchange/nested.js';
import type { Bundle } from '../../exchange/bundle.js';
import type { State } from '../../training/program.js';
import { float64, vectorTensor } from '../../training/tensors.js';
import { emptySlots, type Slots } from './optimizer.js';
import { specJson, storedSpec } from './spec.js';

const place = z.discriminatedUnion('at', [
  /** The parties are being asked for the number of their columns. */
  z.object({ at: z.literal('open') }),
  /** The products of this batch of the epoch are awaited. */
  z.object({ at: z.literal('batch'), batch: z.int() }),
  /** The products of the rows that are kept apart. */
  z.object({ at: z.literal('apart') }),
  /** The parties are taking the last step, or go back to their best weights: then this is the end. */
  z.object({ at: z.literal('last'), stopped: z.enum(['max-rounds', 'stalled']) }),
]);

const workingJson = z.object({
  spec: storedSpec,
  weighing: z.object({ mean: z.number(), factors: z.array(z.number()) }),
  place,
  /** Counted from 1. */
  epoch: z.int(),
  /** The last epoch, where somebody wants fewer than there were to be. */
  last: z.int().nullable(),
  /** Steps taken. */
  steps: z.int(),
  /** Loss of the epoch so far, and of the one before: sums over rows. */
  sum: z.number(),
  before: z.number(),
  /** The epoch after which the rows kept apart were predicted best; null before any. */
  best: z.object({ epoch: z.int(), loss: z.number() }).nullable(),
});

/** What the aggregator of a network knows between two exchanges. */
export type Working = z.infer<typeof workingJson> & {
  /** The weights above the first product, by name. */
  readonly weights: ReadonlyMap<string, Float64Array>;
  readonly slots: ReadonlyMap<string, Slots>;
  readonly bestWeights: ReadonlyMap<string, Float64Array>;
  /** The order of this epoch's rows, and the rows kept apart. */
  readonly order: Int32Array;
  readonly apart: Int32Array;
};

export function writeState({ weights, slots, bestWeights, order, apart, spec, ...others }: Working): State {
  const json = { ...others, spec: specJson(spec) };
  const rows = (data: Int32Array) => ({ shape: [data.length], data });
  return nest({
    working: { json, tensors: { order: rows(order), apart: rows(apart) } },
    weights: vectors(weights),
    best: vectors(bestWeights),
    ...Object.fromEntries(
      [0, 1].map((slot) => [
        `slot${slot}`,
        vectors(
          new Map([...slots].flatMap(([name, own]) => (own[slot] ? [[name, own[slot]] as const] : []))),
        ),
      ]),
    ),
  });
}

export function readState(state: State): Working {
  const { working, weights, best, ...others } = nested(state);
  const read = workingJson.parse(working?.json);
  const kept = vectorsOf(weights);
  return {
    ...read,
    weights: kept,
    bestWeights: vectorsOf(best),
    slots: new Map(
      [...kept.keys()].map((name) => [
        name,
        emptySlots(read.spec.optimizer, 0).map((_, at) => entryOf(vectorsOf(others[`slot${at}`]), name)),
      ]),
    ),
    order: rowsOf(working, 'order'),
    apart: rowsOf(working, 'apart'),
  };
}

function vectors(named: ReadonlyMap<string, Float64Array>): Bundle {
  const tensors = [...named].map(([name, data]) => [name, vectorTensor(data)] as const);
  return { json: {}, tensors: Object.fromEntries(tensors) };
}

function vectorsOf(bundle: Bundle | undefined): Map<string, Float64Array> {
  const tensors = bundle?.tensors ?? {};
  return new Map(Object.keys(tensors).map((name) => [name, float64(tensors, name)]));
}

function rowsOf(bundle: Bundle | undefined, name: string): Int32Array {
  const data = bundle?.tensors[name]?.data;
  if (!(data instanceof Int32Array)) throw new Error(`the state has no rows ${name}`);
  return data;
}
