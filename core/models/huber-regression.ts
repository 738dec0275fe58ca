import type { Loss, LossFamily } from './glm/loss.js';
import { summed } from './glm/pointwise.js';
import { leftToScore, weightedQuantile } from './glm/weighted-quantile.js';

/**
 * Numbers of which some are far off (Huber, "Robust estimation of a location parameter", 1964). With r = s − y:
 * loss = ½ r² where |r| ≤ δ, δ (|r| − ½ δ) beyond; ∂ = r, cut off at ±δ; ∂² = 1 within, 0 beyond.
 */
export function huberLoss(delta: number): Loss {
  return summed({
    curvature: 1,
    term: (score, label) => score - label,
    value: (r) => (Math.abs(r) <= delta ? 0.5 * r * r : delta * (Math.abs(r) - 0.5 * delta)),
    slope: (r) => Math.max(-delta, Math.min(delta, r)),
    bend: (r) => (Math.abs(r) <= delta ? 1 : 0),
    predict: (score) => score,
    /** The median of y − o, which is not moved by what is far off. */
    begin: ({ labels, weights, offsets }) => weightedQuantile(leftToScore(labels, offsets), weights, 0.5),
  });
}

export const huberLosses: LossFamily = {
  curvature: 1,
  predict: (score) => score,
  of: (spec) => huberLoss(spec.type === 'huber-regression' ? spec.delta : Infinity),
};
