import type { DateFeature, FeatureColumn, TargetFeature } from '../../job/resolved.js';
import { dateOf, hasPeriod, partOf, type DatePart } from './date-parts.js';
import { crossFittedMeans, meansOfTexts } from './cross-fit.js';
import { columnOf, type FeatureData } from './feature-data.js';
import { levelCountsOf } from './level-counts.js';
import { momentsOf } from './moments.js';
import { summarizeNumbers } from './number-summary.js';
import { quantilesOf } from './quantiles.js';
import type { ColumnSummary, Summary, TargetSummary } from './summary.js';

/**
 * What the training rows of T tell of a source table's columns.
 * @param counts n_k, how often each source row occurs among the training rows (length r_k)
 */
export function summarize(
  data: FeatureData,
  features: readonly FeatureColumn[],
  counts: Float64Array,
): Summary {
  return features.map((feature): ColumnSummary => {
    const { name: column, encoding: kind } = feature;
    switch (kind) {
      case 'numeric':
      case 'polynomial':
        return {
          kind,
          column,
          numbers: summarizeNumbers(columnOf(data.numeric, column), counts, feature.scale),
        };
      case 'spline': {
        const cells = columnOf(data.numeric, column);
        const moments = momentsOf(cells, counts);
        if (feature.at === 'uniform') return { kind, column, moments };
        return { kind, column, moments, quantiles: quantilesOf(cells, counts, feature.knots - 1) };
      }
      case 'bins': {
        const quantiles = quantilesOf(columnOf(data.numeric, column), counts, feature.count);
        return { kind, column, quantiles };
      }
      case 'date': {
        const cells = columnOf(data.numeric, column);
        const parts = feature.parts
          .filter((part) => !isCyclic(feature, part))
          .map((part) => {
            const numbers = cells.map((cell) => partOf(part, dateOf(cell, feature.unit)));
            return summarizeNumbers(numbers, counts, feature.scale);
          });
        return { kind, column, parts };
      }
      case 'categorical':
        return { kind, column, levels: levelCountsOf(columnOf(data.categorical, column), counts, feature) };
      case 'target':
        return targetSummary(data, feature, counts);
      case 'hash':
        return { kind, column };
    }
  });
}

function targetSummary(data: FeatureData, feature: TargetFeature, counts: Float64Array): TargetSummary {
  const { name: column, scale, minCount = 1 } = feature;
  const { values } = columnOf(data.categorical, column);
  const { mean = 0, means, rows } = meansOfTexts(data, feature, counts);
  const kept = [...values.keys()].filter((level) => rows[level]! >= minCount);
  return {
    kind: 'target',
    column,
    levels: kept.map((level) => values[level]!),
    means: kept.map((level) => means[level]!),
    missing: means[values.length]!,
    mean,
    numbers: summarizeNumbers(crossFittedMeans(data, feature, counts, mean), counts, scale),
  };
}

/** Whether a part of a date is encoded as sine and cosine; if not, it is scaled as a number. */
export function isCyclic({ cyclic }: DateFeature, part: DatePart): boolean {
  return cyclic && hasPeriod(part);
}
