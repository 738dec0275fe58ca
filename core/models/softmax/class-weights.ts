import type { TrainingRows } from '../../training/program.js';
import type { RowWeights } from '../glm/row-weights.js';
import type { SoftmaxSpec } from './spec.js';

/**
 * v_i = w_i · (weight of the class of y_i). `balanced` gives each of C classes the same share of Σ w: class c weighs
 * Σ w / (C Σ w over its rows), as scikit-learn's `class_weight`; of weights by name a class that is not named weighs 1.
 * @param names of the C classes; every one has a row that weighs something
 */
export function classRowWeights(
  { rows, labels, weights }: TrainingRows,
  names: readonly string[],
  classes: SoftmaxSpec['classWeights'],
): RowWeights {
  const factors = classFactors({ rows, labels, ...(weights && { weights }) }, names, classes);
  if (!factors) return { weights, total: weights ? sum(weights) : rows };
  const given = weights ?? new Float64Array(rows).fill(1);
  // A row of a class that is not learned weighs nothing.
  const product = given.map((weight, row) => weight * (factors[labels[row]!] ?? 0));
  return { weights: product, total: sum(product) };
}

/** By what the weights of the rows of each class are multiplied; undefined where classes do not weigh. */
export function classFactors(
  { rows, labels, weights }: TrainingRows,
  names: readonly string[],
  classes: SoftmaxSpec['classWeights'],
): readonly number[] | undefined {
  if (classes === 'none') return undefined;
  return classes === 'balanced'
    ? balanced(weights ?? new Float64Array(rows).fill(1), labels, names.length)
    : names.map((name) => (Object.hasOwn(classes, name) ? classes[name]! : 1));
}

function balanced(weights: Float64Array, labels: Float64Array, classes: number): number[] {
  const sums = new Float64Array(classes);
  weights.forEach((weight, row) => {
    if (labels[row]! < classes) sums[labels[row]!]! += weight;
  });
  const all = sum(sums);
  return Array.from(sums, (of) => all / (classes * of));
}

function sum(numbers: Float64Array): number {
  return numbers.reduce((total, number) => total + number, 0);
}
