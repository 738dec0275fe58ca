/** Count, mean and sum of squared deviations of the values that are there, each counted as often as training has it; all 0 without any. */
export interface Moments {
  /** Σ n over the rows with a value. */
  readonly count: number;
  readonly mean: number;
  /** The mean less the smallest value, of which no rounding of a large mean takes anything away. */
  readonly above: number;
  /** Σ n (x − mean)². */
  readonly m2: number;
  readonly min: number;
  readonly max: number;
}

const NONE: Moments = { count: 0, mean: 0, above: 0, m2: 0, min: 0, max: 0 };

/**
 * In several passes, from the smallest value, so that a small spread around a large mean is kept.
 * @param values length r_k, NaN for NULL
 * @param counts n_k, length r_k: rows that training has not are not learned from
 */
export function momentsOf(values: Float64Array, counts: Float64Array): Moments {
  let count = 0;
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  values.forEach((value, row) => {
    const times = counts[row]!;
    if (Number.isNaN(value) || times === 0) return;
    count += times;
    sum += times * value;
    if (value < min) min = value;
    if (value > max) max = value;
  });
  if (count === 0) return NONE;
  let above = 0;
  values.forEach((value, row) => {
    if (!Number.isNaN(value) && counts[row]! > 0) above += (counts[row]! / count) * (value - min);
  });
  let m2 = 0;
  values.forEach((value, row) => {
    if (!Number.isNaN(value)) m2 += counts[row]! * (value - min - above) ** 2;
  });
  return { count, mean: sum / count, above, m2, min, max };
}

/** Moments of two sets of rows put together (Chan, Golub and LeVeque, Updating Formulae, 1979, eq. 2.1). */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const min = Math.min(a.min, b.min);
  const above = a.above + (a.min - min);
  const apart = b.above + (b.min - min) - above;
  return {
    count,
    mean: a.mean + (b.mean - a.mean) * (b.count / count),
    above: above + apart * (b.count / count),
    m2: a.m2 + b.m2 + apart ** 2 * ((a.count * b.count) / count),
    min,
    max: Math.max(a.max, b.max),
  };
}
