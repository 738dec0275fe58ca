/** First quartile, median and third quartile. */
export type Quartiles = readonly [number, number, number];

/**
 * Quartiles of the values that are there, each counted as often as training has it; zeros without any. Linear between the two values
 * nearest to a quartile's place among all n of them, p (n − 1) from the smallest, as NumPy and scikit-learn have it.
 * @param values length r_k, NaN for NULL
 * @param counts n_k, length r_k
 */
export function quartilesOf(values: Float64Array, counts: Float64Array): Quartiles {
  const isThere = (value: number, row: number) => !Number.isNaN(value) && counts[row]! > 0;
  // Numbers alone are sorted ten times as fast as rows by their numbers.
  const sorted = values.filter(isThere).sort();
  if (sorted.length === 0) return [0, 0, 0];
  // Values up to sorted[i] fill the places below reached[i].
  const reached = new Float64Array(sorted.length);
  values.forEach((value, row) => {
    if (isThere(value, row)) reached[firstOf(sorted, (other) => other >= value)]! += counts[row]!;
  });
  let total = 0;
  for (let i = 0; i < reached.length; i++) reached[i] = total += reached[i]!;

  const at = (place: number) => sorted[firstOf(reached, (places) => places > place)]!;
  const quantile = (share: number) => {
    const place = share * (total - 1);
    const low = at(Math.floor(place));
    return low + (at(Math.ceil(place)) - low) * (place - Math.floor(place));
  };
  return [quantile(0.25), quantile(0.5), quantile(0.75)];
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
