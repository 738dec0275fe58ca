import type { Loss } from './glm/loss.js';

/** σ(s) = 1 / (1 + e⁻ˢ), without overflow on either side. */
export function sigmoid(score: number): number {
  const e = Math.exp(-Math.abs(score));
  return score >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/** loss(s, y) = log(1 + eˢ) − y s with y ∈ {0, 1}; ∂ = σ(s) − y; ∂² = σ(s)(1 − σ(s)). */
export const logisticLoss: Loss = {
  curvature: 0.25,
  residual(scores, { labels, weights }, residual) {
    let sum = 0;
    for (let row = 0; row < labels.length; row++) {
      const score = scores[row]!;
      const label = labels[row]!;
      const e = Math.exp(-Math.abs(score));
      const weight = weights === undefined ? 1 : weights[row]!;
      residual[row] = weight * ((score >= 0 ? 1 / (1 + e) : e / (1 + e)) - label);
      sum += weight * (Math.max(score, 0) + Math.log1p(e) - label * score);
    }
    return sum;
  },
  along(scores, direction, { labels, weights }, alpha) {
    let first = 0;
    let second = 0;
    for (let row = 0; row < labels.length; row++) {
      const d = direction[row]!;
      const score = scores[row]! + alpha * d;
      const e = Math.exp(-Math.abs(score));
      const q = 1 / (1 + e);
      const weighted = weights === undefined ? d : weights[row]! * d;
      first += ((score >= 0 ? q : e * q) - labels[row]!) * weighted;
      second += e * q * q * weighted * d;
    }
    return { first, second };
  },
  predict: sigmoid,
  likelihood: { information: (score) => sigmoid(score) * sigmoid(-score) },
};
