/**
 * The rows of the target table T: which source row of each party makes up each target row (CI_k of the Amalur papers), and the
 * labels. Training rows come first, so that a training set is a prefix; within each part rows keep the order in which they came in.
 */
export interface TargetIndex {
  /** r_T. */
  readonly rows: number;
  /** Rows 0 … trainRows−1 are for training, the rest for testing. */
  readonly trainRows: number;
  /** y, length r_T; empty when nothing is to be learned (inference). */
  readonly labels: Float64Array;
  /** w, length r_T: how much each row counts in the loss; undefined: each counts 1. */
  readonly weights?: Float64Array;
  /** Sorted by id. */
  readonly groups: readonly ColumnGroup[];
}

/** Target columns that come from the same tables; every cell of a row is owned by one of them (reference: "Ownership instead of R"). */
export interface ColumnGroup {
  /** The party's id where one table alone supplies them, else the ids joined by `+`. */
  readonly id: string;
  readonly shares: readonly Share[];
}

/** What one table gives to a group. */
export interface Share {
  readonly party: string;
  /** r_k. */
  readonly sourceRows: number;
  /** CI_k where this table owns the row's cells, −1 elsewhere; length r_T. */
  readonly rows: Int32Array;
}

/** n_k: how often each source row of a share occurs among the training rows; length r_k. */
export function trainingCounts({ sourceRows, rows }: Share, trainRows: number): Float64Array {
  const counts = new Float64Array(sourceRows);
  for (let row = 0; row < trainRows; row++) {
    const source = rows[row] ?? -1;
    if (source >= 0) counts[source] = (counts[source] ?? 0) + 1;
  }
  return counts;
}
