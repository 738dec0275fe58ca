/**
 * log(Σ v_i f_i e^{x_i} / Σ v_i), without overflow; −∞ where all f_i that weigh anything are 0.
 * @param factors f ≥ 0; undefined: all 1
 * @param exponents x; undefined: all 0
 */
export function logMean(
  rows: number,
  weights: Float64Array | undefined,
  factors: Float64Array | undefined,
  exponents: Float64Array | undefined,
): number {
  const share = (row: number) => (weights?.[row] ?? 1) * (factors?.[row] ?? 1);
  let largest = -Infinity;
  for (let row = 0; row < rows; row++) if (share(row) > 0) largest = Math.max(largest, exponents?.[row] ?? 0);
  let [sum, total] = [0, 0];
  for (let row = 0; row < rows; row++) {
    total += weights?.[row] ?? 1;
    if (share(row) > 0) sum += share(row) * Math.exp((exponents?.[row] ?? 0) - largest);
  }
  return largest + Math.log(sum / total);
}
