/** First quartile, median and third quartile. */
export type Quartiles = readonly [number, number, number];

/** As `quantilesOf`; zeros without any value. */
export function quartilesOf(values: Float64Array, counts: Float64Array): Quartiles {
  const [, low = 0, median = 0, high = 0] = quantilesOf(values, counts, 4);
  return [low, median, high];
}

/**
 * The smallest value, the parts − 1 quantiles that divide the values into so many equal parts, and the largest; nothing without any
 * value. Of the values that are there, each counted as often as training has it. Linear between the two values nearest to a
 * quantile's place among all n of them, p (n − 1) from the smallest, as NumPy and scikit-learn have it.
 * @param values length r_k, NaN for NULL
 * @param counts n_k, length r_k
 */
export function quantilesOf(values: Float64Array, counts: Float64Array, parts: number): readonly number[] {
  const isThere = (value: number, row: number) => !Number.isNaN(value) && counts[row]! > 0;
  // Numbers alone are sorted ten times as fast as rows by their numbers.
  const sorted = values.filter(isThere).sort();
  if (sorted.length === 0) return [];
  // Values up to sorted[i] fill the places below reached[i].
  const reached = new Float64Array(sorted.length);
  values.forEach((value, row) => {
    if (isThere(value, row)) reached[firstOf(sorted, (other) => other >= value)]! += counts[row]!;
  });
  let total = 0;
  for (let i = 0; i < reached.length; i++) reached[i] = total += reached[i]!;

  const at = (place: number) => sorted[firstOf(reached, (places) => places > place)]!;
  return Array.from({ length: parts + 1 }, (_, part) => {
    // Multiplied first: a place that is a whole number is met exactly.
    const place = (part * (total - 1)) / parts;
    const low = Math.floor(place);
    return between(at(low), at(Math.ceil(place)), place - low);
  });
}

/** low + share (high − low), of numbers so far apart that their difference overflows as well. */
export function between(low: number, high: number, share: number): number {
  const apart = high - low;
  return Number.isFinite(apart) ? low + apart * share : low * (1 - share) + high * share;
}

/** In ascending order, each once. */
export function distinct(sorted: readonly number[]): number[] {
  return sorted.filter((value, at) => at === 0 || value !== sorted[at - 1]);
}

/** Position of the first number that fits, in numbers of which all after it fit as well, and the last does. */
function firstOf(numbers: Float64Array, fits: (number: number) => boolean): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(numbers[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
