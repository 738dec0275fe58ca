/** Dense row-major float64 array of `rows` × `columns`. */
export interface Dense {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/**
 * A matrix D (r × c) as the models see it: a source table in numeric form, or a target table, materialized or factorized.
 * "F equals M" is one property test over these operators (reference: Amalur, TKDE 2024, §4; Morpheus, VLDB 2017).
 */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** D X: X is c × p, the result r × p. */
  multiply(x: Dense): Dense;
  /** Dᵀ Y: Y is r × p, the result c × p. */
  transposedMultiply(y: Dense): Dense;
  /** Dᵀ diag(w) D, c × c; w of length r, default all ones. */
  gram(weights?: Float64Array): Dense;
  /** Column sums wᵀ D, length c; w of length r, default all ones. */
  columnSums(weights?: Float64Array): Float64Array;
  /** Row sums D 1, length r. */
  rowSums(): Float64Array;
  /** The rows named, in that order, repetitions allowed. */
  slice(rows: Int32Array): Matrix;
}
