/**
 * The rows of the target table T: which source row of each party makes up each target row (CI_k of the Amalur papers), and the
 * labels. Training rows come first, so that a training set is a prefix; within each part rows keep the base table's order.
 */
export interface TargetIndex {
  /** r_T. */
  readonly rows: number;
  /** Rows 0 … trainRows−1 are for training, the rest for testing. */
  readonly trainRows: number;
  /** y, length r_T; empty when nothing is to be learned (inference). */
  readonly labels: Float64Array;
  /** CI_k per party: source row of each target row, −1 where nothing matches. Sorted by party id. */
  readonly indices: ReadonlyMap<string, SourceIndex>;
}

export interface SourceIndex {
  /** r_k. */
  readonly sourceRows: number;
  /** CI_k, length r_T. */
  readonly rows: Int32Array;
}

/** n_k: how often each source row occurs among the training rows; length r_k. */
export function trainingCounts(index: SourceIndex, trainRows: number): Float64Array {
  const counts = new Float64Array(index.sourceRows);
  for (let row = 0; row < trainRows; row++) {
    const source = index.rows[row] ?? -1;
    if (source >= 0) counts[source] = (counts[source] ?? 0) + 1;
  }
  return counts;
}
