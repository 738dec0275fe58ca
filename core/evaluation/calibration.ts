import { meanOf, quantileBins } from './bins.js';
import type { Ranked } from './ranked.js';

const BINS = 10;

/** Rows of about the same predicted probability, and what became of them. */
export interface CalibrationBin {
  readonly rows: number;
  readonly meanPrediction: number;
  readonly positives: number;
}

/** Tenths of the rows by predicted probability: a calibrated model has as many positives in each as it predicts. */
export function calibration({ predictions, labels }: Ranked): CalibrationBin[] {
  let from = 0;
  return quantileBins(predictions, BINS).map((end) => {
    const bin = {
      rows: end - from,
      meanPrediction: meanOf(predictions.subarray(from, end)),
      positives: labels.subarray(from, end).reduce((sum, label) => sum + label, 0),
    };
    from = end;
    return bin;
  });
}

/** Mean of (p − y)² (Brier, *Verification of Forecasts Expressed in Terms of Probability*, 1950, for two classes). */
export function brierScore(probabilities: Float64Array, labels: Float64Array): number {
  return meanOf(probabilities.map((p, row) => (p - labels[row]!) ** 2));
}
