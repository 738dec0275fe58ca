import type { Dictionary } from '../../sources/source.js';

/** How many training rows have each level; levels that training has not are left out. */
export interface LevelCounts {
  /** In ascending order of UTF-16 code units. */
  readonly values: readonly string[];
  /** Training rows of each, above 0. */
  readonly counts: readonly number[];
}

/** @param counts n_k, length r_k */
export function levelCountsOf({ codes, values }: Dictionary, counts: Float64Array): LevelCounts {
  const totals = new Float64Array(values.length);
  codes.forEach((code, row) => {
    if (code >= 0) totals[code]! += counts[row]!;
  });
  return {
    values: values.filter((_, code) => totals[code]! > 0),
    counts: [...totals].filter((total) => total > 0),
  };
}

export function mergeLevels(a: LevelCounts, b: LevelCounts): LevelCounts {
  const totals = new Map<string, number>();
  for (const { values, counts } of [a, b]) {
    values.forEach((value, at) => totals.set(value, (totals.get(value) ?? 0) + counts[at]!));
  }
  // By <, as strings are sorted by default.
  const sorted = [...totals].sort(([one], [other]) => (one < other ? -1 : 1));
  return { values: sorted.map(([value]) => value), counts: sorted.map(([, count]) => count) };
}
