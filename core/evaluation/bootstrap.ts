import { draws } from '../models/draws.js';

/** Share of resamples that lie within an interval. */
const LEVEL = 0.95;

/** Ranges in which measures would lie if other rows had been drawn for testing. */
export interface Intervals {
  readonly level: number;
  readonly resamples: number;
  readonly measures: Readonly<Record<string, Interval>>;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Resamples on which the measure is defined; AUC is not where one class was drawn alone. */
  readonly defined: number;
}

export interface BootstrapOptions {
  readonly resamples: number;
  readonly seed: number;
}

/**
 * Percentile intervals (Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, §13.3): n rows are drawn out of n with
 * replacement, again and again. Row i of resample b is ⌊n u(b, i)⌋, u being the draws of a name made of the seed, so that equal
 * seeds give equal bits.
 * @param rank where each row's occurrences are to be counted
 * @param measure the measures of rows that occur as often as it is told; what is not finite is undefined
 */
export function bootstrap(
  rank: Int32Array,
  { resamples, seed }: BootstrapOptions,
  measure: (occurrences: Int32Array) => Readonly<Record<string, number>>,
): Intervals {
  const random = draws(`bootstrap ${seed}`);
  const found = new Map<string, number[]>();
  const rows = rank.length;
  const occurrences = new Int32Array(rows);
  for (let resample = 0; resample < resamples; resample++) {
    occurrences.fill(0);
    for (let i = 0; i < rows; i++) occurrences[rank[Math.floor(random(resample, i) * rows)]!]!++;
    for (const [name, value] of Object.entries(measure(occurrences))) {
      if (!Number.isFinite(value)) continue;
      const values = found.get(name);
      if (values) values.push(value);
      else found.set(name, [value]);
    }
  }
  return {
    level: LEVEL,
    resamples,
    measures: Object.fromEntries([...found].map(([name, values]) => [name, intervalOf(values)])),
  };
}

function intervalOf(values: readonly number[]): Interval {
  const sorted = Float64Array.from(values).sort();
  const tail = (1 - LEVEL) / 2;
  return { low: percentile(sorted, tail), high: percentile(sorted, 1 - tail), defined: sorted.length };
}

/** Linear between neighbours. */
function percentile(sorted: Float64Array, q: number): number {
  const position = q * (sorted.length - 1);
  const at = Math.floor(position);
  const [low, high] = [sorted[at]!, sorted[Math.min(at + 1, sorted.length - 1)]!];
  return low + (position - at) * (high - low);
}
