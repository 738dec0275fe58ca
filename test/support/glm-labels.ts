import type { ModelSpec } from '../../core/job/schema.js';

/** Labels 0 and 1 as the model takes them: amounts are above 0. */
export function labelsFor({ type }: ModelSpec, labels: Float64Array): Float64Array {
  return type === 'gamma-regression' ? labels.map((label) => label + 0.5) : labels;
}

/** The loss of one row, from its definition. */
export function lossOf({ type }: ModelSpec, score: number, label: number): number {
  switch (type) {
    case 'linear-regression':
      return 0.5 * (score - label) ** 2;
    case 'logistic-regression':
      return Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - label * score;
    case 'poisson-regression':
      return Math.exp(score) - label * score;
    case 'gamma-regression':
      return label * Math.exp(-score) + score;
    default:
      throw new Error(`${type} is no generalised linear model`);
  }
}
