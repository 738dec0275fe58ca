import type { Metrics } from '../models/model.js';
import { bootstrap, type BootstrapOptions, type Intervals } from './bootstrap.js';
import { ranked } from './ranked.js';
import { classificationMeasures, regressionMeasures, type MeasureOf } from './weighted-measures.js';

/** Two models on the same test rows. */
export interface ComparedModels {
  /** Measures of either, which say what kind of model it is. */
  readonly metrics: Metrics;
  /** Probabilities of class 1, or numbers. */
  readonly one: Float64Array;
  readonly other: Float64Array;
  /** y of the same length. */
  readonly labels: Float64Array;
}

/**
 * Intervals of the differences `one` − `other` of their measures by the paired bootstrap: both are measured on the same resampled rows, so that
 * what makes a resample easy or hard for both falls out (Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, §8.3). Undefined
 * where no resample is wanted, or a prediction is no finite number.
 */
export function compareModels(
  { metrics, one, other, labels }: ComparedModels,
  options: BootstrapOptions,
): Intervals | undefined {
  const measures = 'auc' in metrics ? classificationMeasures : regressionMeasures;
  if (options.resamples === 0 || !('auc' in metrics || 'rmse' in metrics)) return undefined;
  if (![one, other].every((predictions) => predictions.every(Number.isFinite))) return undefined;
  const [ofOne, ofOther] = [one, other].map((predictions): MeasureOf => {
    const rows = ranked(predictions, labels);
    const measure = measures(rows);
    const inOrder = new Int32Array(labels.length);
    return (occurrences) => {
      rows.rank.forEach((place, row) => (inOrder[place] = occurrences[row]!));
      return measure(inOrder);
    };
  }) as [MeasureOf, MeasureOf];
  const asTheyAre = Int32Array.from(labels, (_, row) => row);
  return bootstrap(asTheyAre, options, (occurrences) => {
    const right = ofOther(occurrences);
    return Object.fromEntries(
      Object.entries(ofOne(occurrences)).map(([name, value]) => [name, value - (right[name] ?? NaN)]),
    );
  });
}
