import type { Dense } from '../algebra/matrix.js';
import { vectorBundle, type Bundle } from '../exchange/bundle.js';
import { nest, nested } from '../exchange/nested.js';
import type { ModelFamily } from '../models/family.js';
import type { Message, State } from './program.js';
import { denseOf, denseTensor, float64 } from './tensors.js';

/** Where the aggregator of a training in rounds stands. */
export interface RoundsState {
  /** The program's state; none while facts about the tables are awaited. */
  readonly program?: State;
  /** ‖t_i‖² of the training rows, where the model needs them. */
  readonly norms?: Float64Array;
  /** States of the programs of shared columns, by group. */
  readonly groups: ReadonlyMap<string, State>;
  /** What the programs were told last, for those of shared columns. */
  readonly down?: Message;
  /** Training rows whose products were asked for; undefined: all. */
  readonly wanted?: Int32Array;
  /** What came up in the first half of a round, while the second is awaited: products by share, messages by group. */
  readonly waiting?: {
    readonly partials: ReadonlyMap<string, Dense>;
    readonly ups: ReadonlyMap<string, Message>;
  };
}

/** Parameters that belong to no column of T, and those of them that are a bundle of their own. */
export function aggregatorParameters(
  { aggregator }: ModelFamily,
  { program }: RoundsState,
): { own: Float64Array; network?: Bundle } {
  if (program === undefined) throw new Error('the training has not begun');
  const own = aggregator.parameters(program);
  return { own, ...(aggregator.network && { network: aggregator.network(program) }) };
}

/** θ (c × q) of the columns that several tables supply, by group. */
export function sharedParameters({ party }: ModelFamily, { groups }: RoundsState): Map<string, Dense> {
  return new Map([...groups].map(([id, state]) => [id, party.parameters(state)]));
}

export function saveRounds({ program, norms, groups, down, wanted, waiting }: RoundsState): Bundle {
  return nest({
    program,
    norms: norms && vectorBundle('norms', norms),
    groups: nest(Object.fromEntries(groups)),
    down,
    wanted: wanted && { json: {}, tensors: { rows: { shape: [wanted.length], data: wanted } } },
    partials: waiting && {
      json: {},
      tensors: Object.fromEntries([...waiting.partials].map(([id, part]) => [id, denseTensor(part)])),
    },
    ups: waiting && nest(Object.fromEntries(waiting.ups)),
  });
}

export function loadRounds(saved: Bundle): RoundsState {
  const { program, norms, groups, down, wanted, partials, ups } = nested(saved);
  const rows = wanted?.tensors.rows?.data;
  return {
    ...(program && { program }),
    ...(norms && { norms: float64(norms.tensors, 'norms') }),
    groups: partsOf(groups),
    ...(down && { down }),
    ...(rows instanceof Int32Array && { wanted: rows }),
    ...(partials && {
      waiting: {
        partials: new Map(Object.keys(partials.tensors).map((id) => [id, denseOf(partials.tensors, id)])),
        ups: partsOf(ups),
      },
    }),
  };
}

function partsOf(bundle: Bundle | undefined): Map<string, Bundle> {
  if (!bundle) return new Map();
  return new Map(Object.entries(nested(bundle)).flatMap(([id, part]) => (part ? [[id, part] as const] : [])));
}
