import { combination } from '../../../training/vectors.js';

/** What of the way from one sign to the other rounding leaves where it ends at 0. */
const CANCELLED = 1e-13;

/**
 * Σ w_j p_j. Where points of both signs cancel it is 0: a way that ends at a corner of ‖·‖₁ ends at its 0, beside which rounding would
 * leave it.
 */
export function combinedPoints(weights: readonly number[], points: readonly Float64Array[]): Float64Array {
  const used = points.filter((_, j) => weights[j] !== undefined && weights[j] !== 0);
  const sum = combination(weights, points.slice(0, weights.length), points[0]?.length ?? 0);
  return sum.map((value, i) => {
    const least = used.reduce((low, point) => Math.min(low, point[i]!), 0);
    const most = used.reduce((high, point) => Math.max(high, point[i]!), 0);
    const crossed = least < 0 && most > 0;
    return crossed && Math.abs(value) <= CANCELLED * (most - least) ? 0 : value;
  });
}
