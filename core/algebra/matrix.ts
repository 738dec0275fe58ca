/** Dense row-major float64 array of `rows` × `columns`. */
export interface Dense {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/**
 * A matrix D (r × c) as the models see it: a source table in numeric form, or a target table, materialized or factorized.
 * "F equals M" is one property test over these operators (reference: Amalur, TKDE 2024, §4; Morpheus, VLDB 2017).
 * Operators throw a RangeError where shapes do not fit. A form of one's own gives its MatrixKernels to `matrixOf`.
 */
export interface Matrix extends MatrixKernels {
  /** D X: X is c × p, the result r × p. */
  multiply(x: Dense): Dense;
  /** into = D X, into being r × p: for loops that allocate nothing. `into` may not share memory with X. */
  multiplyInto(into: Dense, x: Dense): void;
  /**
   * D X (X is c × p) in blocks of consecutive rows that fit into the cache: `visit` gets the first row of each and its
   * numbers, so that a loss or an arg-min needs no r × p array. The block is used again for the next rows: what `visit` writes
   * there is its own, what it wants to keep it copies.
   */
  productBlocks(x: Dense, visit: (firstRow: number, block: Dense) => void): void;
  /** Dᵀ Y: Y is r × p, the result c × p. */
  transposedMultiply(y: Dense): Dense;
  /** into = Dᵀ Y, into being c × p. `into` may not share memory with Y. */
  transposedMultiplyInto(into: Dense, y: Dense): void;
  /** Adds up Dᵀ Y from blocks of rows of Y, p columns wide: the counterpart of productBlocks. */
  transposedSum(p: number): TransposedSum;
  /** X D: X is p × r, the result p × c. */
  leftMultiply(x: Dense): Dense;
  /** The sum of all cells. */
  sum(): number;
}

/** Σ over blocks of D[rows of the block]ᵀ Y. Adding the same blocks in the same order gives the same bits. */
export interface TransposedSum {
  /** Adds rows firstRow … of Y; each row should come once. */
  add(firstRow: number, block: Dense): void;
  /** into (c × p) = the sum; begins a new one. */
  finishInto(into: Dense): void;
}

/** What a form of matrix must be able to do; `matrixOf` makes the other operators from it. */
export interface MatrixKernels {
  readonly rows: number;
  readonly columns: number;
  /** into += D[from … to) X′, X′ being rows xRow … xRow + c − 1 of X; row 0 of `into` is row `from` of D. */
  readonly addProduct: (into: Dense, x: Dense, xRow: number, from: number, to: number) => void;
  /** Rows intoRow … intoRow + c − 1 of `into` += D[from … to)ᵀ Y; row 0 of Y belongs to row `from` of D. */
  readonly addTransposed: (into: Dense, intoRow: number, y: Dense, from: number, to: number) => void;
  /** Dᵀ diag(w) D, c × c; w of length r, default all ones. */
  readonly gram: (weights?: Float64Array) => Dense;
  /** Column sums wᵀ D, length c; w of length r, default all ones. */
  readonly columnSums: (weights?: Float64Array) => Float64Array;
  /**
   * Column sums of each group of rows (c × count): Dᵀ A, A being the indicator matrix of `groups`, without the zeros of A.
   * @param groups length r: group of each row, 0 … count − 1, or −1 for a row that counts nowhere
   */
  readonly groupedColumnSums: (groups: Int32Array, count: number) => Dense;
  /** Row sums D 1, length r. */
  readonly rowSums: () => Float64Array;
  /** ‖row‖², length r. */
  readonly squaredRowNorms: () => Float64Array;
  /** f of every cell. @throws RangeError unless f(0) = 0: cells that are not kept must stay zero */
  readonly mapZeroPreserving: (f: (value: number) => number) => Matrix;
  /** [D  D∘D] of a form that has a better way than to put both side by side. */
  readonly withSquares?: () => Matrix;
  /** The rows named, in that order, repetitions allowed. */
  readonly slice: (rows: Int32Array) => Matrix;
  /** The cells other than zero by rows: what products of sparse rows are made from. */
  readonly toCsr: () => Csr;
}

/** Compressed sparse rows: entries rowStarts[i] … rowStarts[i + 1] − 1 are row i's. A column occurs once a row at most. */
export interface Csr {
  readonly rows: number;
  readonly columns: number;
  /** Length rows + 1, ascending from 0. */
  readonly rowStarts: Int32Array;
  /** Column of each entry. */
  readonly columnIndices: Int32Array;
  /** Value of each entry; left out for a pattern, whose entries are all ones. */
  readonly values?: Float64Array;
}
