import { shareId } from '../job/resolved.js';

/**
 * The rows of the target table T: which source rows make up each of them (the CI_k of the Amalur papers), and the labels.
 * Training rows come first, so that a training set is a prefix; within each part rows keep the order in which they came in.
 */
export interface TargetIndex {
  /** r_T. */
  readonly rows: number;
  /** Rows 0 … trainRows−1 are for training, the rest for testing. */
  readonly trainRows: number;
  /** y, length r_T; empty when nothing is to be predicted from them. */
  readonly labels: Float64Array;
  /**
   * Names of the classes that the training rows have, of a model that learns many: y is then the code of each row's class, and
   * their number for a class that no training row has.
   */
  readonly classes?: readonly string[];
  /** w, length r_T; left out: all 1. */
  readonly weights?: Float64Array;
  /** o, length r_T: what is added to the score of each row; left out: nothing. */
  readonly offsets?: Float64Array;
  /** Block of each training row, of which folds are made; length trainRows. */
  readonly blocks?: Int32Array;
  /** The columns of T by where they come from, sorted by id: sums run in this order everywhere. */
  readonly groups: readonly ColumnGroup[];
  /** CI_k of the tables that bring rows in, by party, where rows are to be named: for a prediction. */
  readonly origins?: ReadonlyMap<string, Int32Array>;
}

/**
 * Columns of T that come from the same tables. Every cell of a row is owned by one of them at most: ownership takes the place
 * of the redundancy matrix R_k, so that no cell counts twice.
 */
export interface ColumnGroup {
  /** The party's id where one party supplies the columns; else the ids of all, in the order of ownership, joined by `+`. */
  readonly id: string;
  /** In the order in which they own a cell that several have. */
  readonly shares: readonly Share[];
}

/** What one table gives to a group. */
export interface Share {
  readonly party: string;
  /** r_k. */
  readonly sourceRows: number;
  /** CI_k, length r_T: source row where this party owns the row's cells, −1 elsewhere. */
  readonly rows: Int32Array;
}

/** Whether several tables supply the columns, so that their parameters are no single party's. */
export function isShared({ shares }: ColumnGroup): boolean {
  return shares.length > 1;
}

/** All shares by their ids, in the order of the groups. */
export function sharesById({ groups }: Pick<TargetIndex, 'groups'>): Map<string, Share> {
  return new Map(
    groups.flatMap((group) => group.shares.map((share) => [shareId(group, share.party), share] as const)),
  );
}

/** n_k: how often each source row occurs among the training rows; length r_k. */
export function trainingCounts({ sourceRows, rows }: Share, trainRows: number): Float64Array {
  const counts = new Float64Array(sourceRows);
  for (let row = 0; row < trainRows; row++) {
    const source = rows[row] ?? -1;
    if (source >= 0) counts[source] = (counts[source] ?? 0) + 1;
  }
  return counts;
}

/** The training rows alone: a prefix, so views suffice. */
export function trainingPart(target: TargetIndex): TargetIndex {
  const { blocks, trainRows } = target;
  return { ...part(target, 0, trainRows, trainRows), ...(blocks && { blocks }) };
}

/** The test rows alone. */
export function testPart(target: TargetIndex): TargetIndex {
  return part(target, target.trainRows, target.rows, 0);
}

function part(
  { labels, classes, weights, offsets, groups }: TargetIndex,
  from: number,
  to: number,
  trainRows: number,
): TargetIndex {
  return {
    rows: to - from,
    trainRows,
    labels: labels.subarray(from, to),
    ...(classes && { classes }),
    ...(weights && { weights: weights.subarray(from, to) }),
    ...(offsets && { offsets: offsets.subarray(from, to) }),
    groups: groups.map(({ id, shares }) => ({
      id,
      shares: shares.map((share) => ({ ...share, rows: share.rows.subarray(from, to) })),
    })),
  };
}
