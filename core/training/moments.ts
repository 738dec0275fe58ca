import { dense } from '../algebra/dense.js';
import type { Dense, Matrix } from '../algebra/matrix.js';
import { plus } from './vectors.js';

/**
 * First and second moments of columns of T over its n training rows, a row that a table does not give counting as zeros. So
 * the moments of columns that several tables supply are the sum of theirs.
 */
export interface Moments {
  /** D_kᵀ n_k / n, length c_k. */
  readonly mean: Float64Array;
  /** D_kᵀ diag(n_k) D_k / n, c_k × c_k; or its diagonal, c_k × 1, where the columns are too many for a square matrix. */
  readonly second: Dense;
}

/** Columns up to which second moments are a square matrix. At 1,024 columns it takes 8 MB. */
const WIDEST = 1024;

/** @param counts n_k: how often each row of the table occurs among the n training rows */
export function momentsOf(table: Matrix, counts: Float64Array, trainRows: number): Moments {
  const share = (sum: number) => sum / trainRows;
  const mean = table.columnSums(counts).map(share);
  if (table.columns > WIDEST) {
    const squares = table.mapZeroPreserving((cell) => cell * cell);
    return { mean, second: dense(table.columns, 1, squares.columnSums(counts).map(share)) };
  }
  const { rows, columns, data } = table.gram(counts);
  return { mean, second: dense(rows, columns, data.map(share)) };
}

export function addMoments(a: Moments, b: Moments): Moments {
  const { rows, columns } = a.second;
  return {
    mean: plus(a.mean, 1, b.mean),
    second: dense(rows, columns, plus(a.second.data, 1, b.second.data)),
  };
}
