import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';

/** To which components rows belong. */
export interface Memberships {
  /** R, n × k: r_ij = π_j N_j(t_i) / Σ_l π_l N_l(t_i), the probability that row i is of component j. */
  readonly responsibilities: Dense;
  /** ln Σ_j π_j N_j(t_i), length n. */
  readonly logDensities: Float64Array;
  /** Mean size of the two terms that make up the logarithm of the likeliest component: they may be far larger than their sum. */
  readonly magnitude: number;
}

/**
 * Expectation: R and the density of the rows, by logarithms of which the largest is taken off before they are raised.
 * @param scores [T  T∘T] Θ, n × k
 * @param constants γ, length k: what is left of ln N_j without the scores
 * @param weights π, length k; a component of weight 0 has no part in any row
 */
export function memberships(
  { rows, columns: k, data }: Dense,
  constants: readonly number[],
  weights: readonly number[],
): Memberships {
  const added = weights.map((weight, j) => Math.log(weight) + constants[j]!);
  const responsibilities = dense(rows, k);
  const shares = responsibilities.data;
  const logDensities = new Float64Array(rows);
  let sizes = 0;
  for (let row = 0, from = 0; row < rows; row++, from += k) {
    let most = -Infinity;
    let likeliest = 0;
    for (let j = 0; j < k; j++) {
      const log = data[from + j]! + added[j]!;
      shares[from + j] = log;
      if (log <= most) continue;
      most = log;
      likeliest = j;
    }
    // So far from all that no component has a density above 0: what is known of the row is what is known of any.
    if (most === -Infinity) {
      for (let j = 0; j < k; j++) shares[from + j] = weights[j]!;
      logDensities[row] = -Infinity;
      sizes = Infinity;
      continue;
    }
    sizes += Math.abs(data[from + likeliest]!) + Math.abs(added[likeliest]!);
    let sum = 0;
    for (let j = 0; j < k; j++) sum += shares[from + j] = Math.exp(shares[from + j]! - most);
    for (let j = 0; j < k; j++) shares[from + j]! /= sum;
    logDensities[row] = most + Math.log(sum);
  }
  return { responsibilities, logDensities, magnitude: sizes / rows };
}

/** Responsibilities that differ by less than this differ by rounding only. */
const ROUNDING = 1e-9;

/** The component that each row most probably is of; of equals the first. */
export function mostProbable({ rows, columns: k, data }: Dense): Int32Array {
  const labels = new Int32Array(rows);
  for (let row = 0, from = 0; row < rows; row++, from += k) {
    let label = 0;
    for (let j = 1; j < k; j++) if (data[from + j]! > data[from + label]! + ROUNDING) label = j;
    labels[row] = label;
  }
  return labels;
}

/** Σ_i ln p(t_i) / n. */
export function meanOf(logDensities: Float64Array): number {
  return logDensities.reduce((total, density) => total + density, 0) / logDensities.length;
}
