import { cholesky, solveLower, solveLowerTransposed } from '../../algebra/cholesky.js';
import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import type { Moments } from '../../training/moments.js';

/**
 * A party's change of variables u = Lᵀ θ in which its share of the problem is nearly round (derived for this project).
 * With μ the column means over all n training rows and h the largest curvature of the loss,
 * L Lᵀ = h (D_kᵀ diag(n_k) D_k / n − μ μᵀ) + λ I. Centring takes out what the columns share with the intercept; without it
 * whitening gains nothing. Measured on the late-flights job (λ = 1e-3, ‖g‖ ≤ 1e-11): 63 rounds, 226 without.
 */
export interface Preconditioner {
  /** μ, length c_k. */
  readonly mean: Float64Array;
  /** L, c_k × c_k; or its diagonal, c_k × 1, where that is all that is known. */
  readonly factor: Dense;
}

export function preconditioner({ mean, second }: Moments, curvature: number, l2: number): Preconditioner {
  const columns = mean.length;
  // A floor keeps L regular where nothing penalises a column that never varies.
  const penalty = Math.max(l2, 1e-9);
  if (isDiagonal(second)) {
    const scale = (square: number, i: number) =>
      Math.sqrt(curvature * Math.max(square - mean[i]! ** 2, 0) + penalty);
    return { mean, factor: dense(columns, 1, second.data.map(scale)) };
  }
  const hessian = dense(columns, columns);
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < columns; j++) {
      const covariance = second.data[i * columns + j]! - mean[i]! * mean[j]!;
      hessian.data[i * columns + j] = curvature * covariance + (i === j ? penalty : 0);
    }
  }
  const factor = cholesky(hessian);
  if (factor !== undefined) return { mean, factor };
  const scales = mean.map((_, i) => Math.sqrt(Math.max(hessian.data[i * columns + i]!, penalty)));
  return { mean, factor: dense(columns, 1, scales) };
}

/** L⁻¹ g: a gradient by θ turned into one by u. */
export function toWhitened({ factor }: Preconditioner, g: Float64Array): Float64Array {
  return isDiagonal(factor) ? g.map((value, i) => value / factor.data[i]!) : solveLower(factor, g);
}

/** L⁻ᵀ u: a direction in u turned into one in θ. */
export function fromWhitened({ factor }: Preconditioner, u: Float64Array): Float64Array {
  return isDiagonal(factor) ? u.map((value, i) => value / factor.data[i]!) : solveLowerTransposed(factor, u);
}

function isDiagonal(factor: Dense): boolean {
  return factor.columns === 1 && factor.rows !== 1;
}
