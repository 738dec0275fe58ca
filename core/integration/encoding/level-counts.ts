import type { CategoricalFeature } from '../../job/resolved.js';
import type { Dictionary } from '../../sources/source.js';
import { MAX_TEXT_LENGTH } from './text-length.js';

/** How many training rows have each level; levels that training has not are left out. */
export interface LevelCounts {
  /** In ascending order of UTF-16 code units. */
  readonly values: readonly string[];
  /** Training rows of each, above 0. */
  readonly counts: readonly number[];
}

/**
 * Texts that are too long to be a level are left out: they may be anything, and a summary travels where columns are shared.
 * @param counts n_k, length r_k
 */
export function levelCountsOf(
  { codes, values }: Dictionary,
  counts: Float64Array,
  { maxTextLength = MAX_TEXT_LENGTH }: Pick<CategoricalFeature, 'maxTextLength'> = {},
): LevelCounts {
  const totals = new Float64Array(values.length);
  codes.forEach((code, row) => {
    if (code >= 0) totals[code]! += counts[row]!;
  });
  const levels = [...values.keys()].filter(
    (code) => totals[code]! > 0 && values[code]!.length <= maxTextLength,
  );
  return { values: levels.map((code) => values[code]!), counts: levels.map((code) => totals[code]!) };
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

/** Levels that have a column of their own, in ascending order. Of equally frequent ones at the limit the first are kept. */
export function keptLevels(
  { values, counts }: LevelCounts,
  { minCount = 1, maxLevels = Infinity }: Pick<CategoricalFeature, 'minCount' | 'maxLevels'>,
): readonly string[] {
  const kept = [...values.keys()].filter((at) => counts[at]! >= minCount);
  if (kept.length > maxLevels) {
    // Sorting is stable, and values ascend.
    kept.sort((a, b) => counts[b]! - counts[a]!);
    kept.length = maxLevels;
    kept.sort((a, b) => a - b);
  }
  return kept.map((at) => values[at]!);
}
