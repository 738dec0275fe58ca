import { cholesky } from '../../../algebra/cholesky.js';
import { dense } from '../../../algebra/dense.js';
import type { Dense } from '../../../algebra/matrix.js';
import type { Moments } from '../../../training/moments.js';

/**
 * The metric M_k = h (D_kᵀ diag(n_k) D_k / n − μ μᵀ) + λ₂ I in which a party takes its proximal steps: its share of the
 * Hessian, h being the largest curvature of the loss, as in the preconditioner of L-BFGS.
 */
export interface Metric {
  /** μ, length c_k. */
  readonly mean: Float64Array;
  /** M, c_k × c_k; or its diagonal, c_k × 1, where that is all that is known. */
  readonly matrix: Dense;
}

/** Makes M regular where columns depend on each other: a share of each diagonal entry, and something where that is 0. */
const RELATIVE_FLOOR = 1e-8;
const FLOOR = 1e-12;

export function metricOf({ mean, second }: Moments, curvature: number, l2: number): Metric {
  const columns = mean.length;
  const diagonal = (square: number, i: number) =>
    (curvature * Math.max(square - mean[i]! ** 2, 0) + l2) * (1 + RELATIVE_FLOOR) + FLOOR;
  if (isDiagonal(second)) return { mean, matrix: dense(columns, 1, second.data.map(diagonal)) };
  const matrix = dense(columns, columns);
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < columns; j++) {
      const square = second.data[i * columns + j]!;
      matrix.data[i * columns + j] =
        i === j ? diagonal(square, i) : curvature * (square - mean[i]! * mean[j]!);
    }
  }
  if (cholesky(matrix) !== undefined) return { mean, matrix };
  return { mean, matrix: dense(columns, 1, diagonalOf(matrix)) };
}

export function isDiagonal(matrix: Dense): boolean {
  return matrix.columns === 1 && matrix.rows !== 1;
}

/** M d. */
export function timesMetric({ matrix }: Metric, d: Float64Array): Float64Array {
  const { columns, data } = matrix;
  if (isDiagonal(matrix)) return d.map((value, i) => value * data[i]!);
  const product = new Float64Array(columns);
  for (let j = 0; j < columns; j++) {
    const factor = d[j]!;
    if (factor === 0) continue;
    for (let i = 0; i < columns; i++) product[i]! += factor * data[j * columns + i]!;
  }
  return product;
}

function diagonalOf({ columns, data }: Dense): Float64Array {
  return Float64Array.from({ length: columns }, (_, i) => data[i * columns + i]!);
}
