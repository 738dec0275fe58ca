import type { DateFeature, FeatureColumn, SplineFeature } from '../../job/resolved.js';
import type { DateEncoding, DatePartEncoding, Encoder, SplineEncoding, TargetEncoding } from '../encoder.js';
import { innerEdges } from './bins.js';
import type { FeatureData } from './feature-data.js';
import { keptLevels } from './level-counts.js';
import type { NumberSummary } from './number-summary.js';
import { scalingOf } from './scaling.js';
import { separateKnots, uniformKnots } from './spline.js';
import { isCyclic, summarize } from './summarize.js';
import type { SplineSummary, Summary } from './summary.js';

export interface EncoderOptions {
  /**
   * For models of data that is nowhere negative (NMF): a number begins at its smallest training value, for which NULL then
   * counts, or at the constant that stands for NULL; smaller values met later are 0. With scale "none" it begins at 0, and
   * AMALUR_NEGATIVE_VALUES refuses a column with smaller training values. Default: false.
   */
  readonly nonNegative?: boolean;
}

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
  options: EncoderOptions = {},
): Encoder {
  return encoderFrom(summarize(data, features, counts), features, trainRows, options);
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
  { nonNegative = false }: EncoderOptions = {},
): Encoder {
  const numeric: Encoder['numeric'][number][] = [];
  const categorical: Encoder['categorical'][number][] = [];
  const targets: TargetEncoding[] = [];
  features.forEach((feature, at) => {
    const { name: column } = feature;
    const indicated = 'indicator' in feature && feature.indicator && { indicator: true as const };
    const learned = summary[at];
    if (learned?.column !== column) throw new Error(`column ${column} was not summarized`);
    if (feature.encoding === 'numeric' && learned.kind === 'numeric') {
      const scaling = scalingOf(column, learned.numbers, { ...feature, nonNegative }, trainRows);
      numeric.push({ kind: 'numeric', column, ...scaling, ...indicated });
    } else if (feature.encoding === 'polynomial' && learned.kind === 'polynomial') {
      const scaling = scalingOf(column, learned.numbers, { ...feature, nonNegative }, trainRows);
      numeric.push({ kind: 'polynomial', column, degree: feature.degree, ...scaling, ...indicated });
    } else if (feature.encoding === 'spline' && learned.kind === 'spline') {
      numeric.push({ ...splineEncoding(feature, learned, nonNegative), ...indicated });
    } else if (feature.encoding === 'bins' && learned.kind === 'bins') {
      numeric.push({ kind: 'bins', column, edges: innerEdges(learned.quantiles), ...indicated });
    } else if (feature.encoding === 'date' && learned.kind === 'date') {
      numeric.push({ ...dateEncoding(feature, learned.parts, trainRows, nonNegative), ...indicated });
    } else if (feature.encoding === 'categorical' && learned.kind === 'categorical') {
      categorical.push({
        kind: 'categorical',
        column,
        levels: keptLevels(learned.levels, feature),
        ...indicated,
      });
    } else if (feature.encoding === 'target' && learned.kind === 'target') {
      const { levels, means, missing, mean, numbers } = learned;
      const scaling = scalingOf(column, numbers, { ...feature, missing: { constant: mean } }, trainRows);
      targets.push({ kind: 'target', column, levels, means, missing, ...scaling });
    } else if (feature.encoding === 'hash' && learned.kind === 'hash') {
      categorical.push({ kind: 'hash', column, buckets: feature.buckets });
    } else {
      throw new Error(`column ${column} was summarized as ${learned.kind}, and is ${feature.encoding}`);
    }
  });
  const products = features.flatMap(({ name, times = [] }) => times.map((other) => [name, other] as const));
  return {
    ...{ numeric, categorical },
    ...(targets.length > 0 && { targets }),
    ...(products.length > 0 && { products }),
  };
}

function splineEncoding(
  { name: column, degree, knots, extrapolation }: SplineFeature,
  { moments, quantiles }: SplineSummary,
  nonNegative: boolean,
): SplineEncoding {
  // A job that would need it is refused (core/job/check-model.ts).
  if (nonNegative && extrapolation === 'linear') throw new Error(`tangents of ${column} go below 0`);
  return {
    kind: 'spline',
    column,
    knots: separateKnots(quantiles ?? uniformKnots(moments.min, moments.max, knots)),
    degree,
    ...(extrapolation && { extrapolation }),
  };
}

function dateEncoding(
  feature: DateFeature,
  learned: readonly NumberSummary[],
  trainRows: number,
  nonNegative: boolean,
): DateEncoding {
  const { name: column, unit, scale = 'standard' } = feature;
  const left = [...learned];
  const parts = feature.parts.map((part): DatePartEncoding => {
    if (isCyclic(feature, part)) {
      // A job that would need it is refused (core/job/check-model.ts).
      if (nonNegative) throw new Error(`sine and cosine of the ${part} of ${column} go below 0`);
      return { part, cyclic: true };
    }
    const numbers = left.shift();
    if (numbers === undefined) throw new Error(`the ${part} of ${column} was not summarized`);
    return { part, cyclic: false, ...scalingOf(column, numbers, { scale, nonNegative }, trainRows) };
  });
  return { kind: 'date', column, unit, parts };
}
