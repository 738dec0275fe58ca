import { addDenseProduct, addDenseTransposed, denseGram } from '../../algebra/dense-kernels.js';
import { dense, mirrorUpperTriangle } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';

/** Algebra on blocks of vectors that are the columns of a tall matrix. */

/** X C. */
export function combined(x: Dense, coefficients: Dense): Dense {
  const result = dense(x.rows, coefficients.columns);
  if (result.data.length > 0 && x.columns > 0) addDenseProduct(x, result, coefficients, 0, 0, x.rows);
  return result;
}

/** Xᵀ Y. */
export function innerProducts(x: Dense, y: Dense): Dense {
  const result = dense(x.columns, y.columns);
  addDenseTransposed(x, result, 0, y, 0, x.rows);
  return result;
}

/** Xᵀ X. */
export function gramOf(x: Dense): Dense {
  const result = dense(x.columns, x.columns);
  denseGram(result, x, undefined);
  mirrorUpperTriangle(result);
  return result;
}

/** [X Y]. */
export function beside(x: Dense, y: Dense): Dense {
  const result = dense(x.rows, x.columns + y.columns);
  for (let row = 0; row < x.rows; row++) {
    const at = row * result.columns;
    result.data.set(x.data.subarray(row * x.columns, (row + 1) * x.columns), at);
    result.data.set(y.data.subarray(row * y.columns, (row + 1) * y.columns), at + x.columns);
  }
  return result;
}

/** The first `count` columns of X. */
export function firstColumns(x: Dense, count: number): Dense {
  if (count === x.columns) return x;
  const result = dense(x.rows, count);
  for (let row = 0; row < x.rows; row++)
    result.data.set(x.data.subarray(row * x.columns, row * x.columns + count), row * count);
  return result;
}

/** Vectors of one length as the columns of a matrix. */
export function columnsOf(vectors: readonly Float64Array[], length: number): Dense {
  const result = dense(length, vectors.length);
  vectors.forEach((vector, j) => {
    for (let i = 0; i < length; i++) result.data[i * vectors.length + j] = vector[i]!;
  });
  return result;
}

export function columnOf({ rows, columns, data }: Dense, j: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => data[row * columns + j]!);
}

/** Each column less its mean, and the means; or as they are, and zeros. */
export function centred(x: Dense, center: boolean): { readonly block: Dense; readonly means: Float64Array } {
  const { rows, columns, data } = x;
  const means = new Float64Array(columns);
  if (!center || rows === 0) return { block: x, means };
  for (let at = 0; at < data.length; at++) means[at % columns]! += data[at]!;
  for (let j = 0; j < columns; j++) means[j]! /= rows;
  return { block: dense(rows, columns, data.map((value, at) => value - means[at % columns]!)), means }; // prettier-ignore
}
