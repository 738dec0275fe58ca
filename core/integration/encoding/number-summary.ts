import { AmalurError } from '../../errors.js';
import { mergeMoments, momentsOf, type Moments } from './moments.js';
import { quartilesOf, type Quartiles } from './quartiles.js';

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

/** Throws AMALUR_INVALID_JOB where quartiles are wanted: those of two tables do not give those of both. */
export function mergeNumbers(column: string, a: NumberSummary, b: NumberSummary): NumberSummary {
  if (a.quartiles !== undefined || b.quartiles !== undefined) {
    throw new AmalurError(
      'AMALUR_INVALID_JOB',
      `column ${column} comes from several tables, whose quartiles cannot be put together`,
      {
        field: 'features.encode',
        suggestion: 'scale it by "standard" or "min-max"',
      },
    );
  }
  return { moments: mergeMoments(a.moments, b.moments) };
}
