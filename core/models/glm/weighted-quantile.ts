/**
 * The least value at which, of all weight, at least a share of `level` is at it or below.
 * @param weights v ≥ 0; undefined: all 1
 */
export function weightedQuantile(
  values: Float64Array,
  weights: Float64Array | undefined,
  level: number,
): number {
  const weightOf = (row: number) => weights?.[row] ?? 1;
  const order = [...values.keys()].filter((row) => weightOf(row) > 0).sort((a, b) => values[a]! - values[b]!);
  const wanted = level * order.reduce((sum, row) => sum + weightOf(row), 0);
  let below = 0;
  let value = 0;
  for (const row of order) {
    below += weightOf(row);
    value = values[row]!;
    if (below >= wanted) break;
  }
  return value;
}

/** y − o: labels as far as the score has to make them up. */
export function leftToScore(labels: Float64Array, offsets: Float64Array | undefined): Float64Array {
  return offsets === undefined ? labels : labels.map((label, row) => label - offsets[row]!);
}
