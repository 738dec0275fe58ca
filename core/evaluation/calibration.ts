import { ascending, meanOf, quantileBins } from './bins.js';

const BINS = 10;

/** Rows of about the same predicted probability, and what became of them. */
export interface CalibrationBin {
  readonly rows: number;
  readonly meanPrediction: number;
  readonly positives: number;
}

/** Tenths of the rows by predicted probability: a calibrated model has as many positives in each as it predicts. */
export function calibration(probabilities: Float64Array, labels: Float64Array): CalibrationBin[] {
  const order = ascending(probabilities);
  const sorted = Float64Array.from(order, (row) => probabilities[row]!);
  let from = 0;
  return quantileBins(sorted, BINS).map((end) => {
    const positives = order.subarray(from, end).filter((row) => labels[row] === 1).length;
    const bin = { rows: end - from, meanPrediction: meanOf(sorted.subarray(from, end)), positives };
    from = end;
    return bin;
  });
}

/** Mean of (p − y)² (Brier, *Verification of Forecasts Expressed in Terms of Probability*, 1950, for two classes). */
export function brierScore(probabilities: Float64Array, labels: Float64Array): number {
  return meanOf(probabilities.map((p, row) => (p - labels[row]!) ** 2));
}
