import { LEAST_ROWS } from './bins.js';
import type { Ranked } from './ranked.js';

/** Points of a curve with its two ends. */
const MOST_POINTS = 200;

/**
 * How many positive and negative rows have a probability of at least each of some thresholds, which descend: both the ROC and the
 * precision-recall curve. The ends, nothing and everything predicted as positive, are left out.
 */
export interface ThresholdCurve {
  readonly positives: number;
  readonly negatives: number;
  /** Each halfway between two neighbouring rows, so that it is no row's own probability. */
  readonly thresholds: readonly number[];
  readonly truePositives: readonly number[];
  readonly falsePositives: readonly number[];
}

/**
 * At most 200 points of the curve, ends counted, about evenly spaced along the ROC curve, with at least five rows between neighbours; with
 * the average precision of the whole. Undefined where a class has no rows.
 */
export function thresholdCurve({
  predictions,
  labels,
}: Ranked): { curve: ThresholdCurve; averagePrecision: number } | undefined {
  const rows = labels.length;
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const negatives = rows - positives;
  if (positives === 0 || negatives === 0) return undefined;
  const curve = { thresholds: [] as number[], truePositives: [] as number[], falsePositives: [] as number[] };
  let averagePrecision = 0;
  let hits = 0;
  let before = 0;
  let keptRows = 0;
  let keptAlong = 0;
  for (let above = 1; above <= rows; above++) {
    const at = rows - above;
    hits += labels[at]!;
    const probability = predictions[at]!;
    const below = at > 0 ? predictions[at - 1]! : -Infinity;
    if (below === probability) continue;
    averagePrecision += ((hits - before) / positives) * (hits / above);
    before = hits;
    const along = hits / positives + (above - hits) / negatives;
    if (along - keptAlong < 2 / (MOST_POINTS - 1)) continue;
    if (above - keptRows < LEAST_ROWS || rows - above < LEAST_ROWS) continue;
    const halfway = (probability + below) / 2;
    // Between two neighbours among the doubles there is none.
    curve.thresholds.push(halfway > below ? halfway : probability);
    curve.truePositives.push(hits);
    curve.falsePositives.push(above - hits);
    keptRows = above;
    keptAlong = along;
  }
  return { curve: { positives, negatives, ...curve }, averagePrecision };
}

/** What a threshold of a curve means. */
export interface Rates {
  readonly threshold: number;
  /** TP / positives, also called recall: the ordinate of the ROC curve, the abscissa of the precision-recall curve. */
  readonly truePositiveRate: number;
  /** FP / negatives. */
  readonly falsePositiveRate: number;
  /** TP / (TP + FP). */
  readonly precision: number;
  /** Precision by the share of positives among all rows. */
  readonly lift: number;
}

export function ratesOf(curve: ThresholdCurve): Rates[] {
  const { positives, negatives, thresholds, truePositives, falsePositives } = curve;
  return thresholds.map((threshold, at) => {
    const hits = truePositives[at]!;
    const misses = falsePositives[at]!;
    const precision = hits / (hits + misses);
    return {
      threshold,
      truePositiveRate: hits / positives,
      falsePositiveRate: misses / negatives,
      precision,
      lift: precision / (positives / (positives + negatives)),
    };
  });
}
