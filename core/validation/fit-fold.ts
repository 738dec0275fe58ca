import type { Matrix } from '../algebra/matrix.js';
import type { ModelSpec } from '../job/schema.js';
import { scoresOf, withOffsets } from '../models/family.js';
import type { Metrics } from '../models/model.js';
import { trainingPart, testPart } from '../integration/target-index.js';
import { familyOf, trainedBy } from '../models/programs.js';
import { runLocally, type LocalResult, type LocalRun } from '../training/local-runner.js';
import type { Moments } from '../training/moments.js';
import type { StartingPoint } from '../training/program.js';
import { foldTarget } from './fold-target.js';
import type { Fold } from './folds.js';

/** The training rows of T, encoded once for all folds and trials. */
export interface FoldedRows {
  readonly table: Matrix;
  readonly names: readonly string[];
  /** y. */
  readonly labels: Float64Array;
  /** Names of the classes whose codes the labels are, of a model that learns many. */
  readonly classes?: readonly string[];
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

/** Whether a model makes use of the moments of its rows where they are in one place. */
export function takesMoments(spec: ModelSpec): boolean {
  const { party, solve } = trainedBy(spec);
  return party.needs.moments || solve !== undefined;
}

/**
 * Learns from the rows of a fold, and measures on those that were left out.
 * @param moments of a model that takes them
 * @param startAt parameters to begin at, of a model with an l1; default: 0
 */
export function fitFold(
  rows: FoldedRows,
  spec: ModelSpec,
  fold: Fold,
  moments?: Moments,
  startAt?: StartingPoint,
): FittedFold {
  const result = runLocally({
    ...rowsOfFold(rows, fold),
    ...(moments && { moments }),
    spec,
    rounds: Infinity,
    ...(startAt && { startAt }),
  });
  return fittedFold(rows, spec, fold, result);
}

/** The rows that a fold learns from. */
export function rowsOfFold(rows: FoldedRows, fold: Fold): Omit<LocalRun, 'spec' | 'rounds'> {
  const { labels, classes, weights, offsets } = trainingPart(targetOf(rows, fold));
  return {
    ...{ table: rows.table.slice(fold.train), names: rows.names, labels },
    ...(classes && { classes }),
    ...(weights && { weights }),
    ...(offsets && { offsets }),
  };
}

/** What a training on these rows is worth on those that were left out. */
export function fittedFold(
  rows: FoldedRows,
  spec: ModelSpec,
  fold: Fold,
  { parameters, own, progress, network }: Pick<LocalResult, 'parameters' | 'own' | 'progress' | 'network'>,
): FittedFold {
  const family = familyOf(spec.type);
  const left = testPart(targetOf(rows, fold));
  const scores = withOffsets(scoresOf(family, rows.table.slice(fold.validate), parameters), left.offsets);
  const { round, nonZero } = progress;
  return {
    measures: family.measure(scores, own, left.labels, network),
    end: { parameters, own },
    rounds: round,
    ...(nonZero !== undefined && { nonZero }),
  };
}

/** The fold's rows: those that it learns from, then those that were left out. */
function targetOf({ table: _, names: __, ...facts }: FoldedRows, fold: Fold) {
  const rows = facts.labels.length;
  return foldTarget({ rows, trainRows: rows, ...facts, groups: [] }, fold);
}
