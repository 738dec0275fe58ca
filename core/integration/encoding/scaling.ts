import { AmalurError } from '../../errors.js';
import type { Missing, Scale } from '../../job/resolved.js';
import { mergeMoments, type Moments } from './moments.js';
import type { NumberSummary } from './number-summary.js';

/** x ↦ (x − center) / scale, so that NULL, which stands for the center, is 0. */
export interface Scaling {
  /** What NULL stands for: a mean, median or minimum of the training rows that have a value, or a constant. */
  readonly center: number;
  /** Above 0; 1 where the training rows do not differ. */
  readonly scale: number;
  /** What would be below 0 is 0: for models of data that is nowhere negative. */
  readonly clip?: true;
}

export interface ScalingRule {
  readonly scale?: Scale;
  readonly missing?: Missing;
  /** The center is the smallest value, or a constant that is no larger; 0 where nothing is scaled. */
  readonly nonNegative?: boolean;
}

/** @param trainRows rows of T to learn from; those without a value count as imputed */
export function scalingOf(
  column: string,
  learned: NumberSummary,
  { scale = 'standard', missing = 'mean', nonNegative = false }: ScalingRule,
  trainRows: number,
): Scaling {
  const { moments } = learned;
  const center = nonNegative ? lowest(column, moments, scale, missing) : centerOf(learned, scale, missing);
  const imputed = mergeMoments(moments, constant(center, trainRows - moments.count));
  return { center, scale: spreadOf(scale, learned, imputed, trainRows), ...(nonNegative && { clip: true }) };
}

function centerOf({ moments, quartiles }: NumberSummary, scale: Scale, missing: Missing): number {
  if (missing !== 'mean') return missing.constant;
  return scale === 'robust' && quartiles !== undefined ? quartiles[1] : moments.mean;
}

function lowest(column: string, { count, min }: Moments, scale: Scale, missing: Missing): number {
  if (missing === 'mean') return scale === 'none' ? zeroUnder(column, min) : min;
  if (count === 0 || missing.constant <= min) return missing.constant;
  throw new AmalurError(
    'AMALUR_INVALID_JOB',
    `column ${column} has values below the constant that stands for missing ones, and the model needs 0 to be the lowest`,
    {
      field: 'features.encode',
      suggestion:
        'choose a constant that is no larger than any value, or "missing": "mean", which counts as the smallest here',
    },
  );
}

/** Where nothing is scaled nothing is shifted either: numbers are as they are, and NULL is 0. */
function zeroUnder(column: string, min: number): number {
  if (min >= 0) return 0;
  throw new AmalurError(
    'AMALUR_NEGATIVE_VALUES',
    `column ${column} has values below 0, and the model takes none`,
    { field: 'features.scale', suggestion: 'set features.scale to "min-max", or leave the column out' },
  );
}

/** Moments of so many rows with one value. */
function constant(value: number, count: number): Moments {
  return { count, mean: value, above: 0, m2: 0, min: value, max: value };
}

/** Over all training rows after imputation; quartiles over those with a value, as scikit-learn has them. */
function spreadOf(scale: Scale, { quartiles }: NumberSummary, imputed: Moments, trainRows: number): number {
  switch (scale) {
    case 'standard': {
      const deviation = Math.sqrt(imputed.m2 / trainRows);
      // What rounding leaves of a constant column is no scale.
      return deviation > 1e-12 * Math.abs(imputed.mean) ? deviation : 1;
    }
    case 'min-max':
      return imputed.max > imputed.min ? imputed.max - imputed.min : 1;
    case 'robust': {
      if (quartiles === undefined) throw new Error('a robust scale needs quartiles');
      return quartiles[2] > quartiles[0] ? quartiles[2] - quartiles[0] : 1;
    }
    case 'none':
      return 1;
  }
}
