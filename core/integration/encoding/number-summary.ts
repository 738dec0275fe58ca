import { mergeMoments, momentsOf, type Moments } from './moments.js';
import { quartilesOf, type Quartiles } from './quantiles.js';

/** What is learned of numbers: of a numeric column, or of a part of a date. */
export interface NumberSummary {
  readonly moments: Moments;
  /** Only where the scale is robust: they take a sort, and do not merge. */
  readonly quartiles?: Quartiles;
}

/**
 * @param values length r_k, NaN for NULL
 * @param counts n_k, length r_k
 */
export function summarizeNumbers(
  values: Float64Array,
  counts: Float64Array,
  scale: string | undefined,
): NumberSummary {
  return {
    moments: momentsOf(values, counts),
    ...(scale === 'robust' && { quartiles: quartilesOf(values, counts) }),
  };
}

/** Quartiles do not merge: a job that would need it is refused (core/job/resolve-groups.ts). */
export function mergeNumbers(column: string, a: NumberSummary, b: NumberSummary): NumberSummary {
  if (a.quartiles !== undefined || b.quartiles !== undefined)
    throw new Error(`quartiles of ${column} do not merge`);
  return { moments: mergeMoments(a.moments, b.moments) };
}
