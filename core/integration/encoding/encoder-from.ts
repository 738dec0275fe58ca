import type { FeatureColumn } from '../../job/resolved.js';
import type { CategoricalEncoding, Encoder, NumericEncoding } from '../encoder.js';
import type { FeatureData } from './feature-data.js';
import type { Moments } from './moments.js';
import { summarize } from './summarize.js';
import type { Summary } from './summary.js';

/**
 * Learns the encoding of a source table's columns from the training rows of T.
 * @param counts n_k, how often each source row occurs among the training rows (length r_k)
 * @param trainRows as in `encoderFrom`
 */
export function fitEncoder(
  data: FeatureData,
  features: readonly FeatureColumn[],
  counts: Float64Array,
  trainRows: number,
): Encoder {
  return encoderFrom(summarize(data, features, counts), features, trainRows);
}

/**
 * The encoder of columns of which a summary is known.
 * @param features those of the summary, in the same order
 * @param trainRows number of training rows; those without a value or without a match count as imputed
 */
export function encoderFrom(
  summary: Summary,
  features: readonly FeatureColumn[],
  trainRows: number,
): Encoder {
  const numeric: NumericEncoding[] = [];
  const categorical: CategoricalEncoding[] = [];
  features.forEach(({ name }, at) => {
    const learned = summary[at];
    if (learned?.column !== name) throw new Error(`column ${name} was not summarized`);
    if (learned.kind === 'numeric')
      numeric.push({ kind: 'numeric', column: name, ...standardised(learned.moments, trainRows) });
    else categorical.push({ kind: 'categorical', column: name, levels: learned.levels.values });
  });
  return { numeric, categorical };
}

function standardised({ mean, m2 }: Moments, trainRows: number): { center: number; scale: number } {
  const scale = Math.sqrt(m2 / trainRows);
  // What rounding leaves of a constant column is no scale.
  return { center: mean, scale: scale > 1e-12 * Math.abs(mean) ? scale : 1 };
}
