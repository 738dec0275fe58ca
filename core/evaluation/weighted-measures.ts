import { rowLogLoss } from '../models/evaluate.js';
import { ascending } from './bins.js';

// The measures of rows that occur several times or not at all, O(n) after one sort: what a bootstrap asks for again and again.

/** How often each row counts, and the measures by name; NaN where one is not defined. */
export type MeasureOf = (occurrences: Int32Array) => Record<string, number>;

/** AUC, log-loss and accuracy as `evaluate` has them. */
export function classificationMeasures(probabilities: Float64Array, labels: Float64Array): MeasureOf {
  const order = ascending(probabilities);
  const losses = probabilities.map((p, row) => rowLogLoss(p, labels[row]!));
  return (occurrences) => {
    let rows = 0;
    let loss = 0;
    let correct = 0;
    for (let row = 0; row < occurrences.length; row++) {
      const count = occurrences[row]!;
      rows += count;
      loss += count * losses[row]!;
      if (probabilities[row]! >= 0.5 === (labels[row] === 1)) correct += count;
    }
    return {
      auc: areaUnderCurve(probabilities, labels, order, occurrences),
      logLoss: loss / rows,
      accuracy: correct / rows,
    };
  };
}

/** The share of pairs (positive, negative) in the right order, ties counted half; every sum is of whole and half numbers. */
function areaUnderCurve(
  scores: Float64Array,
  labels: Float64Array,
  order: Int32Array,
  occurrences: Int32Array,
): number {
  let wins = 0;
  let below = 0;
  let positives = 0;
  for (let at = 0; at < order.length;) {
    const score = scores[order[at]!];
    let positive = 0;
    let negative = 0;
    for (; at < order.length && scores[order[at]!] === score; at++) {
      const row = order[at]!;
      if (labels[row] === 1) positive += occurrences[row]!;
      else negative += occurrences[row]!;
    }
    wins += positive * (below + negative / 2);
    below += negative;
    positives += positive;
  }
  return wins / (positives * below);
}

/** RMSE, MAE and R² as `evaluate` has them. */
export function regressionMeasures(predictions: Float64Array, labels: Float64Array): MeasureOf {
  return (occurrences) => {
    let rows = 0;
    let squares = 0;
    let absolute = 0;
    let sum = 0;
    let [least, most] = [Infinity, -Infinity];
    for (let row = 0; row < occurrences.length; row++) {
      const count = occurrences[row]!;
      if (count === 0) continue;
      const label = labels[row]!;
      const error = predictions[row]! - label;
      rows += count;
      squares += count * error * error;
      absolute += count * Math.abs(error);
      sum += count * label;
      least = Math.min(least, label);
      most = Math.max(most, label);
    }
    const mean = sum / rows;
    let total = 0;
    for (let row = 0; row < occurrences.length; row++)
      total += occurrences[row]! * (labels[row]! - mean) ** 2;
    return {
      rmse: Math.sqrt(squares / rows),
      mae: absolute / rows,
      // Labels that are all the same have no variance, though their mean may be rounded.
      r2: least < most ? 1 - squares / total : NaN,
    };
  };
}
