import { mergeLevels, type LevelCounts } from './level-counts.js';
import { mergeMoments, type Moments } from './moments.js';
import { mergeNumbers, type NumberSummary } from './number-summary.js';

/** What is learned of one feature. Of a date: of each part that is not cyclic. */
export type ColumnSummary =
  | { readonly kind: 'numeric' | 'polynomial'; readonly column: string; readonly numbers: NumberSummary }
  | SplineSummary
  | { readonly kind: 'bins'; readonly column: string; readonly quantiles: readonly number[] }
  | { readonly kind: 'date'; readonly column: string; readonly parts: readonly NumberSummary[] }
  | { readonly kind: 'categorical'; readonly column: string; readonly levels: LevelCounts }
  | TargetSummary
  | { readonly kind: 'hash'; readonly column: string };

/** Quantiles only where knots are at them: they do not merge. */
export interface SplineSummary {
  readonly kind: 'spline';
  readonly column: string;
  readonly moments: Moments;
  readonly quantiles?: readonly number[];
}

/** Mean labels by level; they do not merge, and belong to a table that alone has the column and the labels. */
export interface TargetSummary {
  readonly kind: 'target';
  readonly column: string;
  /** Those that enough training rows have, in ascending order. */
  readonly levels: readonly string[];
  readonly means: readonly number[];
  /** Of NULL. */
  readonly missing: number;
  /** Of all rows. */
  readonly mean: number;
  /** What training rows count as, by the rows of other folds. */
  readonly numbers: NumberSummary;
}

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
  const { kind, column } = a;
  if (column === b.column) {
    if (kind === 'hash' && b.kind === 'hash') return a;
    if (kind === 'spline' && b.kind === 'spline' && !a.quantiles && !b.quantiles) {
      return { kind, column, moments: mergeMoments(a.moments, b.moments) };
    }
    if ((kind === 'numeric' || kind === 'polynomial') && b.kind === kind) {
      return { kind, column, numbers: mergeNumbers(column, a.numbers, b.numbers) };
    }
    if (kind === 'categorical' && b.kind === 'categorical') {
      return { kind, column, levels: mergeLevels(a.levels, b.levels) };
    }
    if (kind === 'date' && b.kind === 'date' && a.parts.length === b.parts.length) {
      return { kind, column, parts: a.parts.map((part, at) => mergeNumbers(column, part, b.parts[at]!)) };
    }
  }
  throw new Error(`${kind} ${column} does not merge with ${b.kind} ${b.column}`);
}
