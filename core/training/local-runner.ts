import type { Matrix } from '../algebra/matrix.js';
import type { TargetIndex } from '../integration/target-index.js';
import type { ModelSpec } from '../job/schema.js';
import { programsOf } from '../models/programs.js';
import type { Message, Progress, State, StopReason } from './program.js';

/** Where a local run stands between two rounds; plain state, so that it can be stored and taken up again. */
export interface LocalState {
  readonly party: State;
  readonly aggregator: State;
  /** What the party is to be told next; undefined when the run is over. */
  readonly down: Message | undefined;
}

export interface LocalResult {
  readonly state: LocalState;
  readonly progress: Progress;
  /** Undefined if the rounds asked for are over before the model has converged. */
  readonly stopped: StopReason | undefined;
  readonly parameters: Float64Array;
  readonly intercept: number;
}

export interface LocalRun {
  /** T over the training rows, materialized or factorized. */
  readonly table: Matrix;
  /** y over the training rows. */
  readonly labels: Float64Array;
  readonly spec: ModelSpec;
  /** Where an earlier call ended; default: the beginning. */
  readonly from?: LocalState;
  /** Rounds to make at the most in this call. */
  readonly rounds: number;
  readonly onProgress?: (progress: Progress) => void;
}

const PARTY = 'T';

/** Loops party and aggregator in one process: T is the only party, and its rows are the target rows. */
export function runLocally({ table, labels, spec, from, rounds, onProgress }: LocalRun): LocalResult {
  const programs = programsOf(spec.type);
  const target = wholeTable(labels);
  let { party, aggregator, down } = from ?? begin(table, target, spec);
  let progress: Progress = { round: 0, loss: NaN, gradientNorm: null };
  let stopped: StopReason | undefined;
  for (let made = 0; made < rounds && down !== undefined; made++) {
    const answer = programs.party.step(table, party, down);
    party = answer.state;
    const step = programs.aggregator.step(target, aggregator, new Map([[PARTY, answer.up]]));
    aggregator = step.state;
    progress = step.progress;
    onProgress?.(progress);
    if ('done' in step.next) stopped = step.next.done;
    down = 'down' in step.next ? step.next.down.get(PARTY) : undefined;
  }
  return {
    state: { party, aggregator, down },
    progress,
    stopped,
    parameters: programs.party.parameters(party),
    intercept: programs.aggregator.intercept(aggregator),
  };
}

function begin(table: Matrix, target: TargetIndex, spec: ModelSpec): LocalState {
  const programs = programsOf(spec.type);
  const opening = programs.aggregator.start(target, spec);
  return {
    party: programs.party.start(table, spec, new Float64Array(target.rows).fill(1), target.trainRows),
    aggregator: opening.state,
    down: 'down' in opening.next ? opening.next.down.get(PARTY) : undefined,
  };
}

/** The target index of a table that is T itself. */
function wholeTable(labels: Float64Array): TargetIndex {
  const rows = labels.length;
  const identity = Int32Array.from({ length: rows }, (_, row) => row);
  return { rows, trainRows: rows, labels, indices: new Map([[PARTY, { sourceRows: rows, rows: identity }]]) };
}
