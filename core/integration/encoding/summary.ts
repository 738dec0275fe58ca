import { mergeLevels, type LevelCounts } from './level-counts.js';
import { mergeMoments, type Moments } from './moments.js';

/** What is learned of one feature. */
export type ColumnSummary =
  | { readonly kind: 'numeric'; readonly column: string; readonly moments: Moments }
  | { readonly kind: 'categorical'; readonly column: string; readonly levels: LevelCounts };

/**
 * All that an encoder is made from, as plain JSON: sums and counts over the training rows of one source, one entry for each
 * feature in their order. Summaries of sources that share their columns (a union) merge into that of all their rows.
 */
export type Summary = readonly ColumnSummary[];

/**
 * The summary of the rows of all: moments by Chan's formula, levels by adding up. From the first to the last, so that the order of
 * `summaries` alone decides about the last bits.
 */
export function mergeSummaries(summaries: readonly Summary[]): Summary {
  const [first, ...others] = summaries;
  if (first === undefined) throw new Error('there is no summary to merge');
  return others.reduce((merged, summary) => {
    if (summary.length !== merged.length) throw new Error('summaries of different features do not merge');
    return merged.map((column, at) => mergeColumns(column, summary[at]!));
  }, first);
}

function mergeColumns(a: ColumnSummary, b: ColumnSummary): ColumnSummary {
  if (a.column !== b.column || a.kind !== b.kind) {
    throw new Error(`${a.kind} ${a.column} does not merge with ${b.kind} ${b.column}`);
  }
  if (a.kind === 'numeric' && b.kind === 'numeric')
    return { ...a, moments: mergeMoments(a.moments, b.moments) };
  if (a.kind === 'categorical' && b.kind === 'categorical')
    return { ...a, levels: mergeLevels(a.levels, b.levels) };
  return a;
}
