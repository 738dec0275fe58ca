import type { Loss } from './loss.js';

/** loss(s, y) = ½ (s − y)²; ∂ = s − y; ∂² = 1. */
export const squaredLoss: Loss = {
  curvature: 1,
  residual(scores, labels, residual) {
    let sum = 0;
    for (let row = 0; row < labels.length; row++) {
      const difference = scores[row]! - labels[row]!;
      residual[row] = difference;
      sum += 0.5 * difference * difference;
    }
    return sum;
  },
  along(scores, direction, labels, alpha) {
    let first = 0;
    let second = 0;
    for (let row = 0; row < labels.length; row++) {
      const d = direction[row]!;
      first += (scores[row]! + alpha * d - labels[row]!) * d;
      second += d * d;
    }
    return { first, second };
  },
  predict: (score) => score,
};
