import { logMean } from './glm/log-mean.js';
import { summed } from './glm/pointwise.js';

/**
 * Amounts y > 0 of mean μ = eˢ and a spread in proportion to it: loss(s, y) = y e⁻ˢ + s; ∂ = 1 − y e⁻ˢ; ∂² = y e⁻ˢ (McCullagh
 * and Nelder, "Generalized Linear Models", 1989, ch. 8). At the solution ∂² is 1 on average.
 */
export const gammaLoss = summed({
  curvature: 1,
  term: (score, label) => label * Math.exp(-score),
  value: (ratio, score) => ratio + score,
  slope: (ratio) => 1 - ratio,
  bend: (ratio) => ratio,
  predict: Math.exp,
  likelihood: { information: () => 1, pearson: (score, label) => label * Math.exp(-score) - 1 },
  /** log(Σ v y e⁻ᵒ / Σ v). */
  begin: ({ labels, weights, offsets }) =>
    logMean(
      labels.length,
      weights,
      labels,
      offsets?.map((offset) => -offset),
    ),
  /** 2 (log(μ / y) + y / μ − 1). */
  deviance: (mean, label) => 2 * (Math.log(mean / label) + label / mean - 1),
});
