/** Mean labels of the levels of a column, each drawn towards the mean of all rows. */
export interface TargetMeans {
  /** ȳ, the mean label of all rows; undefined where none weighs anything. */
  readonly mean: number | undefined;
  /** By level. One that too few rows have, or none that weighs anything, has ȳ; all are NaN where ȳ is not defined. */
  readonly means: Float64Array;
  /** Rows of each level. */
  readonly rows: Float64Array;
}

export interface TargetRows {
  /** Level of each row, −1 for none. */
  readonly levelOf: Int32Array;
  /** How many levels there are. */
  readonly levels: number;
  /** y by row. Those of rows that do not count may be NaN. */
  readonly labels: Float64Array;
  /** w by row; left out: all 1. */
  readonly weights?: Float64Array;
}

export interface Smoothing {
  /**
   * m: as many rows with the label ȳ are added to each level. auto: the empirical Bayes estimate, whose m of a level is the variance of
   * its labels over that of all.
   */
  readonly smooth: number | 'auto';
  /** Levels with fewer rows have no mean of their own. */
  readonly minCount: number;
}

/**
 * Micci-Barreca, A preprocessing scheme for high-cardinality categorical attributes, SIGKDD Explorations 3(1), 2001, eq. 3, as
 * scikit-learn's TargetEncoder has it. A row counts n w times: with c_l = Σ n w, s_l = Σ n w y and v_l = Σ n w (y − s_l / c_l)² / c_l over
 * the rows of a level l, and v over all rows,
 *
 *     m: (s_l + m ȳ) / (c_l + m)        auto: λ s_l / c_l + (1 − λ) ȳ,   λ = v c_l / (v c_l + v_l).
 *
 * @param counts n by row, 0 for rows that do not count
 */
export function targetMeans(
  { levelOf, levels, labels, weights }: TargetRows,
  counts: Float64Array,
  { smooth, minCount }: Smoothing,
): TargetMeans {
  const rows = new Float64Array(levels);
  const mass = new Float64Array(levels);
  const sums = new Float64Array(levels);
  /** Rows that count, in their order. */
  const each = (visit: (level: number, y: number, times: number, n: number) => void) => {
    for (let row = 0; row < labels.length; row++) {
      const n = counts[row]!;
      if (n === 0) continue;
      const weight = weights === undefined ? 1 : weights[row]!;
      visit(levelOf[row]!, labels[row]!, n * weight, n);
    }
  };
  let total = 0;
  let sum = 0;
  each((level, y, times, n) => {
    total += times;
    sum += times * y;
    if (level < 0) return;
    rows[level]! += n;
    mass[level]! += times;
    sums[level]! += times * y;
  });
  if (total === 0) return { mean: undefined, means: new Float64Array(levels).fill(NaN), rows };
  const mean = sum / total;
  const own = sums.map((levelSum, level) => levelSum / mass[level]!);
  const squares = new Float64Array(levels);
  let allSquares = 0;
  if (smooth === 'auto') {
    each((level, y, times) => {
      allSquares += times * (y - mean) ** 2;
      if (level >= 0) squares[level]! += times * (y - own[level]!) ** 2;
    });
  }
  const variance = allSquares / total;
  const means = own.map((level, at) => {
    const count = mass[at]!;
    if (count === 0 || rows[at]! < minCount) return mean;
    if (smooth !== 'auto') return (sums[at]! + smooth * mean) / (count + smooth);
    const between = variance * count;
    const within = squares[at]! / count;
    // Of labels that are all the same there is nothing to tell apart.
    if (between + within === 0) return mean;
    const share = between / (between + within);
    return share * level + (1 - share) * mean;
  });
  return { mean, means, rows };
}
