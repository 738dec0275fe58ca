import type { Loss, LossFamily } from './glm/loss.js';
import { summed } from './glm/pointwise.js';
import { leftToScore, weightedQuantile } from './glm/weighted-quantile.js';

/**
 * The check function of the quantile τ (Koenker and Bassett, "Regression quantiles", 1978), made smooth by a uniform kernel of
 * half-width h (He, Pan, Tan and Zhou, "Smoothed quantile regression with large-scale inference", J. Econometrics 2023). With
 * r = s − y: loss = (½ − τ) r + ½ |r|, where |r| is (r² + h²) / (2h) for |r| ≤ h; it lies above the check function by h/4 at most.
 * ∂ = ½ − τ + ½ r/h, cut off at ½ − τ ± ½; ∂² = 1/(2h) within, 0 beyond.
 */
export function smoothedCheck(tau: number, h: number): Loss {
  return summed({
    curvature: 1,
    term: (score, label) => score - label,
    value: (r) => (0.5 - tau) * r + 0.5 * (Math.abs(r) <= h ? (r * r + h * h) / (2 * h) : Math.abs(r)),
    slope: (r) => 0.5 - tau + 0.5 * Math.max(-1, Math.min(1, r / h)),
    bend: (r) => (Math.abs(r) <= h ? 0.5 / h : 0),
    predict: (score) => score,
    /** The quantile of y − o. */
    begin: ({ labels, weights, offsets }) => weightedQuantile(leftToScore(labels, offsets), weights, tau),
  });
}

/** Half-widths of the kernel, as shares of the spread of y: each stage begins where the last, which is easier, has ended. */
const STAGES = [1 / 4, 1 / 16, 1 / 64, 1 / 256, 1 / 1024];

export const quantileLosses: LossFamily = {
  curvature: 1,
  predict: (score) => score,
  of: (spec, h) => smoothedCheck(spec.type === 'quantile-regression' ? spec.quantile : 0.5, h),
  bandwidths({ labels, weights, offsets }) {
    const spread = spreadOf(leftToScore(labels, offsets), weights);
    return STAGES.map((share) => share * spread);
  },
};

/** Between the quartiles; where these are equal, the mean distance from them; 1 where all values are. */
function spreadOf(values: Float64Array, weights: Float64Array | undefined): number {
  const [low, high] = [0.25, 0.75].map((level) => weightedQuantile(values, weights, level)) as [
    number,
    number,
  ];
  if (high > low) return high - low;
  const [sum, total] = values.reduce(
    ([distance, weight], value, row) => {
      const v = weights?.[row] ?? 1;
      return [distance + v * Math.abs(value - low), weight + v] as const;
    },
    [0, 0] as readonly [number, number],
  );
  return sum > 0 ? sum / total : 1;
}
