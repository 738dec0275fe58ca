import { dense } from '../algebra/dense.js';
import { gatherAdd, scatterSum } from '../algebra/index-vector.js';
import type { Dense } from '../algebra/matrix.js';
import { entryOf } from '../entry-of.js';
import { vectorBundle, type Bundle } from '../exchange/bundle.js';
import { nest, nested } from '../exchange/nested.js';
import { trainingPart } from '../integration/build-target.js';
import type { TargetIndex } from '../integration/target-index.js';
import type { ModelSpec } from '../job/schema.js';
import type { ModelFamily } from '../models/family.js';
import { asking } from './exchange.js';
import type { AggregatorStep, Message, Progress, State, StopReason, TrainingRows } from './program.js';
import { denseOf, denseTensor, float64 } from './tensors.js';

/** Where the aggregator of a training in rounds stands. */
export interface RoundsState {
  /** The program's state; undefined while facts about the tables are awaited. */
  readonly program: State | undefined;
  /** ‖t_i‖² of the training rows, where the model needs them. */
  readonly norms: Float64Array | undefined;
}

export interface RoundsStep {
  readonly state: RoundsState;
  /** Undefined after half an exchange, which completes no round. */
  readonly progress: Progress | undefined;
  /** Messages for the parties that are to take the next step, and no others; or the reason why there are none. */
  readonly next: { readonly down: ReadonlyMap<string, Message> } | { readonly done: StopReason };
}

/** The first messages down: a question about the tables where the model has one, else the first residuals. */
export function startRounds(family: ModelFamily, target: TargetIndex, spec: ModelSpec): RoundsStep {
  if (!family.party.needs.norms) return startProgram(family, trainingPart(target), spec, undefined);
  const down = new Map([...target.indices.keys()].map((party) => [party, asking(['norms'])]));
  return { state: { program: undefined, norms: undefined }, progress: undefined, next: { down } };
}

/** Takes in what the parties sent and lets the program take its step over the rows of T. */
export function stepRounds(
  family: ModelFamily,
  target: TargetIndex,
  spec: ModelSpec,
  { program, norms }: RoundsState,
  ups: ReadonlyMap<string, Message>,
): RoundsStep {
  const training = trainingPart(target);
  if (program === undefined) {
    return startProgram(family, training, spec, expand(training, read(ups, 'norms')).data);
  }
  const products = expand(training, read(ups, 'partial'));
  const messages = [...training.indices.keys()].map((party) => entryOf(ups, party));
  const step = family.aggregator.step(rowsOf(training, norms), program, products, messages);
  return told(training, norms, step);
}

function startProgram(
  family: ModelFamily,
  training: TargetIndex,
  spec: ModelSpec,
  norms: Float64Array | undefined,
): RoundsStep {
  return told(training, norms, family.aggregator.start(rowsOf(training, norms), spec));
}

/** Hands the residuals down: to every party its sums over source rows, G_k = I_kᵀ Δ. */
function told(
  training: TargetIndex,
  norms: Float64Array | undefined,
  { state: program, progress, next }: AggregatorStep,
): RoundsStep {
  const state = { program, norms };
  if ('done' in next) return { state, progress, next };
  const down = new Map<string, Message>();
  for (const [party, { rows, sourceRows }] of training.indices) {
    const residual = denseTensor(scatterSum(next.residual, rows, sourceRows));
    down.set(party, { json: next.down.json, tensors: { ...next.down.tensors, residual } });
  }
  return { state, progress, next: { down } };
}

/** Σ_k I_k X_k (rows of T × q), in the sorted order of the parties: sums that have one order have the same bits everywhere. */
export function expand({ rows: n, indices }: TargetIndex, parts: ReadonlyMap<string, Dense>): Dense {
  const [first] = parts.values();
  const sum = dense(n, first?.columns ?? 0);
  for (const [party, { rows }] of indices) gatherAdd(sum, entryOf(parts, party), rows);
  return sum;
}

function read(ups: ReadonlyMap<string, Message>, name: string): Map<string, Dense> {
  return new Map([...ups].map(([party, { tensors }]) => [party, denseOf(tensors, name)]));
}

/** Parameters that belong to no column of T. */
export function parametersOf({ aggregator }: ModelFamily, { program }: RoundsState): Float64Array {
  if (program === undefined) throw new Error('the training has not begun');
  return aggregator.parameters(program);
}

export function saveRounds({ program, norms }: RoundsState): Bundle {
  return nest({ program, norms: norms && vectorBundle('norms', norms) });
}

export function loadRounds(saved: Bundle): RoundsState {
  const { program, norms } = nested(saved);
  return { program, norms: norms && float64(norms.tensors, 'norms') };
}

function rowsOf({ rows, labels }: TargetIndex, norms: Float64Array | undefined): TrainingRows {
  return { rows, labels, ...(norms && { norms }) };
}
