import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';

/** k normal distributions of independent columns: of each column the mean μ and the variance s, both c × k. */
export interface Components {
  readonly means: Dense;
  readonly variances: Dense;
}

const HALF_LOG_2_PI = Math.log(2 * Math.PI) / 2;

/**
 * Θ (2c × k) with [D  D∘D] Θ + 1 γᵀ = ln N(d_i | μ_j, diag(s_j)): μ/s above, −1/(2s) below. The logarithm of the density is a sum
 * over columns, Σ_f −(d_f − μ_f)²/(2 s_f) − ½ ln(2π s_f), and so over parties.
 * @param known 0 for columns that are left out, length c; default: none is
 */
export function coefficients({ means, variances }: Components, known?: Float64Array): Dense {
  const { rows, columns, data } = means;
  const theta = dense(2 * rows, columns);
  variances.data.forEach((variance, at) => {
    if (known?.[Math.floor(at / columns)] === 0) return;
    theta.data[at] = data[at]! / variance;
    theta.data[rows * columns + at] = -1 / (2 * variance);
  });
  return theta;
}

/** γ, length k: Σ_f −μ_f²/(2 s_f) − ½ ln(2π s_f), over the same columns. */
export function constants({ means, variances }: Components, known?: Float64Array): number[] {
  const { columns: k, data } = means;
  const sums = new Array<number>(k).fill(0);
  variances.data.forEach((variance, at) => {
    if (known?.[Math.floor(at / k)] === 0) return;
    sums[at % k]! -= data[at]! ** 2 / (2 * variance) + HALF_LOG_2_PI + Math.log(variance) / 2;
  });
  return sums;
}

/**
 * Means and variances that are most likely for the rows, of each component by its share of them: μ = Σ_i r_ij d_i / N_j and
 * s = max(Σ_i r_ij d_i² / N_j − μ², floor). A component without rows stays as it was.
 * @param sums [D  D∘D]ᵀ R, 2c × k
 * @param sizes N_j = Σ_i r_ij, length k
 */
export function mostLikely(
  sums: Dense,
  sizes: readonly number[],
  floor: number,
  before: Components,
): Components {
  const { rows, columns: k } = before.means;
  const means = dense(rows, k, before.means.data.slice());
  const variances = dense(rows, k, before.variances.data.slice());
  for (let at = 0; at < rows * k; at++) {
    const size = sizes[at % k]!;
    if (size === 0) continue;
    const mean = sums.data[at]! / size;
    means.data[at] = mean;
    variances.data[at] = Math.max(sums.data[rows * k + at]! / size - mean ** 2, floor);
  }
  return { means, variances };
}

/** θ as it is stored, c × 2k: [μ s]. */
export function parametersOf({ means, variances }: Components): Dense {
  const { rows, columns: k } = means;
  const theta = dense(rows, 2 * k);
  for (let row = 0; row < rows; row++) {
    theta.data.set(means.data.subarray(row * k, (row + 1) * k), row * 2 * k);
    theta.data.set(variances.data.subarray(row * k, (row + 1) * k), row * 2 * k + k);
  }
  return theta;
}

export function componentsOf({ rows, columns, data }: Dense): Components {
  const k = columns / 2;
  const [means, variances] = [dense(rows, k), dense(rows, k)];
  for (let row = 0; row < rows; row++) {
    means.data.set(data.subarray(row * 2 * k, row * 2 * k + k), row * k);
    variances.data.set(data.subarray(row * 2 * k + k, (row + 1) * 2 * k), row * k);
  }
  return { means, variances };
}
