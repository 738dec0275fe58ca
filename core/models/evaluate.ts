import type { Job } from '../job/schema.js';
import type { ClassificationMetrics, Measure, Metrics, RegressionMetrics } from './model.js';

/** Measures predictions (probabilities, or numbers) against labels of the same length. */
export function evaluate(task: Job['task'], predictions: Float64Array, labels: Float64Array): Metrics {
  return task === 'classification' ? classification(predictions, labels) : regression(predictions, labels);
}

function classification(probabilities: Float64Array, labels: Float64Array): ClassificationMetrics {
  let loss = 0;
  let correct = 0;
  let positives = 0;
  labels.forEach((label, row) => {
    const p = probabilities[row]!;
    loss += rowLogLoss(p, label);
    if (p >= 0.5 === (label === 1)) correct++;
    positives += label;
  });
  const rows = labels.length;
  // A probability that is no number has no place in any order.
  if (Number.isNaN(loss)) return { rows, positives, auc: null, logLoss: null, accuracy: null };
  return {
    rows,
    positives,
    auc: defined(areaUnderCurve(probabilities, labels)),
    logLoss: defined(loss / rows),
    accuracy: defined(correct / rows),
  };
}

/**
 * −log of the probability that was given to what happened. One that rounds to 0 or 1 would make it infinite: the smallest distance a
 * double can say is taken.
 */
export function rowLogLoss(probability: number, label: number): number {
  const p = Math.min(Math.max(probability, Number.EPSILON), 1 - Number.EPSILON);
  return label === 1 ? -Math.log(p) : -Math.log1p(-p);
}

/** The share of pairs (positive, negative) that scores put in the right order, ties counted half (Mann–Whitney). */
export function areaUnderCurve(scores: Float64Array, labels: Float64Array): number {
  const positives = scores.filter((_, row) => labels[row] === 1).sort();
  const negatives = scores.filter((_, row) => labels[row] !== 1).sort();
  let below = 0;
  let through = 0;
  let wins = 0;
  for (const score of positives) {
    while (below < negatives.length && negatives[below]! < score) below++;
    while (through < negatives.length && negatives[through]! <= score) through++;
    wins += below + (through - below) / 2;
  }
  return wins / (positives.length * negatives.length);
}

function regression(predictions: Float64Array, labels: Float64Array): RegressionMetrics {
  const rows = labels.length;
  const mean = labels.reduce((sum, label) => sum + label, 0) / rows;
  let squares = 0;
  let absolute = 0;
  let total = 0;
  labels.forEach((label, row) => {
    const error = predictions[row]! - label;
    squares += error * error;
    absolute += Math.abs(error);
    total += (label - mean) ** 2;
  });
  return {
    rows,
    rmse: defined(Math.sqrt(squares / rows)),
    mae: defined(absolute / rows),
    // Labels that are all the same have no variance, though their mean may be rounded.
    r2: labels.every((label) => label === labels[0]) ? null : defined(1 - squares / total),
  };
}

/** Σ deviance(ŷ_i, y_i) / n. */
export function meanDeviance(
  deviance: (prediction: number, label: number) => number,
  predictions: Float64Array,
  labels: Float64Array,
): Measure {
  const sum = labels.reduce((total, label, row) => total + deviance(predictions[row]!, label), 0);
  return defined(sum / labels.length);
}

function defined(value: number): Measure {
  return Number.isFinite(value) ? value : null;
}
