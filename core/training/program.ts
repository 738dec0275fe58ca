import type { Matrix } from '../algebra/matrix.js';
import type { Bundle } from '../exchange/bundle.js';
import type { TargetIndex } from '../integration/target-index.js';
import type { ModelSpec } from '../job/schema.js';

/** A message between a party and the aggregator. */
export type Message = Bundle;

/** A program's state between two steps: plain tensors and JSON, so that it can be stored, restored and compared. */
export type State = Bundle;

/** What the aggregator tells the world after a step. */
export interface Progress {
  readonly round: number;
  /** Mean training loss without penalty, at the parameters with which the round began. */
  readonly loss: number;
  /** Norm of the gradient of the penalised loss there; null before the parties have spoken. */
  readonly gradientNorm: number | null;
}

export type StopReason = 'converged' | 'max-rounds' | 'stalled';

/**
 * A party's half of a model: pure functions over plain state. `table` is the party's D_k; the step adds
 * nothing to the world but its result, so that repeating it gives the same bits.
 */
export interface PartyProgram {
  /** @param counts n_k, how often each source row occurs among the training rows of T */
  start(table: Matrix, spec: ModelSpec, counts: Float64Array, trainRows: number): State;
  step(table: Matrix, state: State, down: Message): { state: State; up: Message };
  /** θ_k, c_k × p, once the aggregator is done. */
  parameters(state: State): Float64Array;
}

/** The aggregator's half: expands the parties' partial products over the target rows and meets the labels. */
export interface AggregatorProgram {
  /** The first messages down, before any party has spoken. Parties are named in the target index. */
  start(target: TargetIndex, spec: ModelSpec): AggregatorStep;
  step(target: TargetIndex, state: State, ups: ReadonlyMap<string, Message>): AggregatorStep;
  /** The aggregator's own parameters (the intercept). */
  intercept(state: State): number;
}

export interface AggregatorStep {
  readonly state: State;
  readonly progress: Progress;
  /** A message for every party, or the reason why there is none. */
  readonly next: { readonly down: ReadonlyMap<string, Message> } | { readonly done: StopReason };
}
