import type { Matrix } from './matrix.js';

/** A source table in its place: D_k, CI_k and CM_k. */
export interface FactorizedSource {
  readonly table: Matrix;
  /** CI_k, length r_T: row of the source for each target row, −1 for none. */
  readonly index: Int32Array;
  /**
   * CM_k the other way round: target column of each column of the table, all different. Default: the columns after those of the
   * sources before. Sources may name the same target column if a target row finds it in one of them at most (union, full
   * outer join): the index vectors are masked so (docs/algorithms.md, "The target table").
   */
  readonly columns?: Int32Array;
}
