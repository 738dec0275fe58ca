/** First quartile, median and third quartile. */
export type Quartiles = readonly [number, number, number];

/**
 * Quartiles of the values that are there, each counted as often as training has it; zeros without any. Linear between the two values
 * nearest to a quartile's place among all n of them, p (n − 1) from the smallest, as NumPy and scikit-learn have it.
 * @param values length r_k, NaN for NULL
 * @param counts n_k, length r_k
 */
export function quartilesOf(values: Float64Array, counts: Float64Array): Quartiles {
  const rows = Uint32Array.from(values.keys()).filter(
    (row) => !Number.isNaN(values[row]!) && counts[row]! > 0,
  );
  if (rows.length === 0) return [0, 0, 0];
  rows.sort((a, b) => values[a]! - values[b]!);
  // Values of the rows up to the one at a place fill the places below reached[place].
  let total = 0;
  const reached = Float64Array.from(rows, (row) => (total += counts[row]!));
  const at = (place: number) => values[rows[firstAbove(reached, place)]!]!;
  const quantile = (share: number) => {
    const place = share * (total - 1);
    const [low, high] = [at(Math.floor(place)), at(Math.ceil(place))];
    return low + (high - low) * (place - Math.floor(place));
  };
  return [quantile(0.25), quantile(0.5), quantile(0.75)];
}

/** Position of the first number above `bound` in ascending numbers, of which the last is. */
function firstAbove(ascending: Float64Array, bound: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
