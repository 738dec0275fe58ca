import type { ModelSpec } from '../../job/schema.js';
import type { TrainingRows } from '../../training/program.js';

/** Weights of the rows in the mean loss, Σ v_i loss_i / Σ v_i. */
export interface RowWeights {
  /** v, length n; undefined: all 1. */
  readonly weights: Float64Array | undefined;
  /** Σ v. */
  readonly total: number;
}

type ClassWeights = Extract<ModelSpec, { type: 'logistic-regression' }>['classWeights'];

/**
 * v_i = w_i · (weight of the class of y_i). `none` weighs them alike; `balanced` gives each class half of Σ w: its weight is Σ w / (2 Σ w over its rows)
 * (King and Zeng, "Logistic regression in rare events data", 2001; scikit-learn's `class_weight` and `sample_weight`).
 */
export function rowWeights({ rows, labels, weights }: TrainingRows, classes: ClassWeights): RowWeights {
  if (classes === 'none') return { weights, total: weights ? sum(weights) : rows };
  const given = weights ?? new Float64Array(rows).fill(1);
  const [none, one] = classes === 'balanced' ? balanced(given, labels) : [classes['0'], classes['1']];
  const product = given.map((weight, row) => weight * (labels[row] === 1 ? one : none));
  return { weights: product, total: sum(product) };
}

function balanced(weights: Float64Array, labels: Float64Array): readonly [number, number] {
  const ofOne = weights.reduce((total, weight, row) => total + (labels[row] === 1 ? weight : 0), 0);
  const all = sum(weights);
  return [all / (2 * (all - ofOne)), all / (2 * ofOne)];
}

function sum(weights: Float64Array): number {
  return weights.reduce((total, weight) => total + weight, 0);
}
