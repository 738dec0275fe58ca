import type { ModelSpec } from '../../core/job/schema.js';

/** Labels 0 and 1 as the model takes them: amounts are above 0. */
export function labelsFor({ type }: ModelSpec, labels: Float64Array): Float64Array {
  return type === 'gamma-regression' ? labels.map((label) => label + 0.5) : labels;
}

/** The loss of one row, from its definition. */
export function lossOf(spec: ModelSpec, score: number, label: number): number {
  const distance = Math.abs(score - label);
  switch (spec.type) {
    case 'linear-regression':
      return 0.5 * (score - label) ** 2;
    case 'logistic-regression':
      return Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - label * score;
    case 'poisson-regression':
      return Math.exp(score) - label * score;
    case 'gamma-regression':
      return label * Math.exp(-score) + score;
    case 'huber-regression':
      return distance <= spec.delta ? 0.5 * distance ** 2 : spec.delta * (distance - spec.delta / 2);
    default:
      throw new Error(`${spec.type} is no generalised linear model`);
  }
}
