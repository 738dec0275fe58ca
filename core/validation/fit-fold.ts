import type { Matrix } from '../algebra/matrix.js';
import type { ModelSpec } from '../job/schema.js';
import { scoresOf, withOffsets } from '../models/family.js';
import type { Metrics } from '../models/model.js';
import { familyOf } from '../models/programs.js';
import { runLocally, type LocalResult, type LocalRun } from '../training/local-runner.js';
import type { Moments } from '../training/moments.js';
import type { StartingPoint } from '../training/program.js';
import type { Fold } from './folds.js';

/** The training rows of T, encoded once for all folds and trials. */
export interface FoldedRows {
  readonly table: Matrix;
  readonly names: readonly string[];
  /** y. */
  readonly labels: Float64Array;
  /** w; default: all 1. */
  readonly weights?: Float64Array;
  /** o; default: nothing is added to scores. */
  readonly offsets?: Float64Array;
}

export interface FittedFold {
  /** On the rows that were left out. */
  readonly measures: Metrics;
  /** Where the training ended: where one with a penalty nearby may begin. */
  readonly end: StartingPoint;
  readonly rounds: number;
  /** Parameters of columns that are not 0, of a model that sets some to 0. */
  readonly nonZero?: number;
}

/**
 * Learns from the rows of a fold, and measures on those that were left out.
 * @param startAt parameters to begin at, of a model with an l1; default: 0
 */
export function fitFold(
  rows: FoldedRows,
  spec: ModelSpec,
  fold: Fold,
  moments: Moments,
  startAt?: StartingPoint,
): FittedFold {
  const result = runLocally({
    ...rowsOfFold(rows, fold),
    moments,
    spec,
    rounds: Infinity,
    ...(startAt && { startAt }),
  });
  return fittedFold(rows, spec, fold, result);
}

/** The rows that a fold learns from. */
export function rowsOfFold(
  { table, names, labels, weights, offsets }: FoldedRows,
  { train }: Fold,
): Omit<LocalRun, 'spec' | 'rounds'> {
  return {
    table: table.slice(train),
    names,
    labels: of(labels, train),
    ...(weights && { weights: of(weights, train) }),
    ...(offsets && { offsets: of(offsets, train) }),
  };
}

/** What a training on these rows is worth on those that were left out. */
export function fittedFold(
  { table, labels, offsets }: FoldedRows,
  spec: ModelSpec,
  { validate }: Fold,
  { parameters, own, progress }: Pick<LocalResult, 'parameters' | 'own' | 'progress'>,
): FittedFold {
  const family = familyOf(spec.type);
  const scores = withOffsets(
    scoresOf(family, table.slice(validate), parameters),
    offsets && of(offsets, validate),
  );
  const { round, nonZero } = progress;
  return {
    measures: family.measure(scores, own, of(labels, validate)),
    end: { parameters, own },
    rounds: round,
    ...(nonZero !== undefined && { nonZero }),
  };
}

function of(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!);
}
