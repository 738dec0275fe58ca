import { rowLogLoss } from '../models/evaluate.js';
import type { Ranked } from './ranked.js';

// The measures of rows that occur several times or not at all, in O(n): what a bootstrap asks for again and again.

/** How often each row counts, in the order of the predictions; the measures by name, NaN where one is not defined. */
export type MeasureOf = (occurrences: Int32Array) => Record<string, number>;

/** AUC, log-loss and accuracy as `evaluate` has them. Every sum of the AUC is of whole and half numbers. */
export function classificationMeasures({ predictions, labels }: Ranked): MeasureOf {
  const losses = predictions.map((p, at) => rowLogLoss(p, labels[at]!));
  return (occurrences) => {
    let rows = 0;
    let loss = 0;
    let correct = 0;
    let wins = 0;
    let below = 0;
    let positives = 0;
    for (let at = 0; at < occurrences.length;) {
      const prediction = predictions[at]!;
      let positive = 0;
      let negative = 0;
      // Ties are in no order: a pair of them counts half.
      for (; at < occurrences.length && predictions[at] === prediction; at++) {
        const count = occurrences[at]!;
        loss += count * losses[at]!;
        if (labels[at] === 1) positive += count;
        else negative += count;
      }
      wins += positive * (below + negative / 2);
      below += negative;
      positives += positive;
      rows += positive + negative;
      correct += prediction >= 0.5 ? positive : negative;
    }
    return { auc: wins / (positives * below), logLoss: loss / rows, accuracy: correct / rows };
  };
}

/** RMSE, MAE and R² as `evaluate` has them. */
export function regressionMeasures({ predictions, labels }: Ranked): MeasureOf {
  return (occurrences) => {
    let rows = 0;
    let squares = 0;
    let absolute = 0;
    let sum = 0;
    let [least, most] = [Infinity, -Infinity];
    for (let at = 0; at < occurrences.length; at++) {
      const count = occurrences[at]!;
      if (count === 0) continue;
      const label = labels[at]!;
      const error = predictions[at]! - label;
      rows += count;
      squares += count * error * error;
      absolute += count * Math.abs(error);
      sum += count * label;
      if (label < least) least = label;
      if (label > most) most = label;
    }
    const mean = sum / rows;
    let total = 0;
    for (let at = 0; at < occurrences.length; at++) total += occurrences[at]! * (labels[at]! - mean) ** 2;
    return {
      rmse: Math.sqrt(squares / rows),
      mae: absolute / rows,
      // Labels that are all the same have no variance, though their mean may be rounded.
      r2: least < most ? 1 - squares / total : NaN,
    };
  };
}
