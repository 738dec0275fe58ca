/** Rows that every figure of a bin or of a step of a curve is made of at the least: none is a row's own. */
export const LEAST_ROWS = 5;

/**
 * Bins by quantiles of values that are sorted: where each ends, exclusively. Bin b ends with the value at the position
 * ⌊(n − 1) b / bins⌋ and all that equal it, as those of scikit-learn's `calibration_curve(strategy="quantile")`; bins of too few rows go
 * with the next one, the last with the one before.
 */
export function quantileBins(sorted: Float64Array, bins: number): number[] {
  const ends: number[] = [];
  for (let bin = 1; bin <= bins; bin++) {
    let end = Math.floor(((sorted.length - 1) * bin) / bins) + 1;
    while (end < sorted.length && sorted[end] === sorted[end - 1]) end++;
    ends.push(end);
  }
  return merged(ends);
}

/** Ends of bins, each of at least five rows but where there are fewer in all. */
export function merged(ends: readonly number[]): number[] {
  const rows = ends.at(-1) ?? 0;
  const kept: number[] = [];
  for (const end of ends) {
    if (end - (kept.at(-1) ?? 0) >= LEAST_ROWS && rows - end >= LEAST_ROWS) kept.push(end);
  }
  return [...kept, rows];
}

/**
 * A quantile of values that are sorted: the mean of the five about the position q (n − 1), fewer where there are fewer, so that it
 * is no single row's value.
 */
export function smoothQuantile(sorted: Float64Array, q: number): number {
  const from = Math.round(q * (sorted.length - 1)) - (LEAST_ROWS - 1) / 2;
  const first = Math.max(0, Math.min(from, sorted.length - LEAST_ROWS));
  return meanOf(sorted.subarray(first, first + LEAST_ROWS));
}

/** In the order of the values. */
export function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
