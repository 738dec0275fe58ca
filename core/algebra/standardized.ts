import { dense } from './dense.js';
import type { Dense, Matrix } from './matrix.js';

/**
 * (D − 1 μᵀ) diag(1/σ) without touching D: centring and scaling as rank-one corrections of the operators, so that what is
 * stored depends on the table alone and not on the training rows of one run.
 */
export function standardizedMatrix(inner: Matrix, mean: Float64Array, scale: Float64Array): Matrix {
  const { rows, columns } = inner;

  /** diag(1/σ) X */
  const unscaled = (x: Dense): Dense => {
    const result = dense(x.rows, x.columns);
    for (let i = 0; i < x.rows; i++)
      for (let j = 0; j < x.columns; j++)
        result.data[i * x.columns + j] = x.data[i * x.columns + j]! / scale[i]!;
    return result;
  };

  return {
    rows,
    columns,
    multiply(x) {
      const scaled = unscaled(x);
      const result = inner.multiply(scaled);
      const p = x.columns;
      const shift = new Float64Array(p);
      for (let i = 0; i < columns; i++)
        for (let j = 0; j < p; j++) shift[j]! += mean[i]! * scaled.data[i * p + j]!;
      for (let row = 0; row < rows; row++) for (let j = 0; j < p; j++) result.data[row * p + j]! -= shift[j]!;
      return result;
    },
    transposedMultiply(y) {
      const result = inner.transposedMultiply(y);
      const p = y.columns;
      const sums = new Float64Array(p);
      for (let row = 0; row < rows; row++) for (let j = 0; j < p; j++) sums[j]! += y.data[row * p + j]!;
      for (let i = 0; i < columns; i++)
        for (let j = 0; j < p; j++) result.data[i * p + j]! -= mean[i]! * sums[j]!;
      return unscaled(result);
    },
    gram(weights) {
      const result = inner.gram(weights);
      const sums = inner.columnSums(weights);
      const total = weights === undefined ? rows : weights.reduce((sum, weight) => sum + weight, 0);
      for (let i = 0; i < columns; i++) {
        for (let j = 0; j < columns; j++) {
          const centred =
            result.data[i * columns + j]! -
            mean[i]! * sums[j]! -
            sums[i]! * mean[j]! +
            total * mean[i]! * mean[j]!;
          result.data[i * columns + j] = centred / (scale[i]! * scale[j]!);
        }
      }
      return result;
    },
    columnSums(weights) {
      const sums = inner.columnSums(weights);
      const total = weights === undefined ? rows : weights.reduce((sum, weight) => sum + weight, 0);
      return sums.map((sum, i) => (sum - total * mean[i]!) / scale[i]!);
    },
    rowSums() {
      return this.multiply(dense(columns, 1, new Float64Array(columns).fill(1))).data;
    },
    slice: (picked) => standardizedMatrix(inner.slice(picked), mean, scale),
  };
}
