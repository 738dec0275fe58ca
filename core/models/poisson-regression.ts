import { logMean } from './glm/log-mean.js';
import { summed } from './glm/pointwise.js';

/**
 * Counts y ≥ 0 of mean μ = eˢ: loss(s, y) = eˢ − y s; ∂ = eˢ − y; ∂² = eˢ (McCullagh and Nelder, "Generalized Linear Models",
 * 1989, ch. 6). At the solution ∂² is the mean of y on average, in all directions alike, and parties are not to know it: the
 * preconditioner takes 1.
 */
export const poissonLoss = summed({
  curvature: 1,
  term: (score) => Math.exp(score),
  value: (mean, score, label) => mean - label * score,
  slope: (mean, label) => mean - label,
  bend: (mean) => mean,
  predict: Math.exp,
  likelihood: { information: Math.exp },
  /** log(Σ v y / Σ v eᵒ). */
  begin: ({ labels, weights, offsets }) =>
    logMean(labels.length, weights, labels, undefined) - logMean(labels.length, weights, undefined, offsets),
  /** 2 (y log(y / μ) − y + μ). */
  deviance: (mean, label) => 2 * ((label === 0 ? 0 : label * Math.log(label / mean)) - label + mean),
});
