import type { FeatureColumn } from '../../job/resolved.js';
import { columnOf, type FeatureData } from './feature-data.js';
import { levelCountsOf } from './level-counts.js';
import { momentsOf } from './moments.js';
import type { ColumnSummary, Summary } from './summary.js';

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
    const { name, encoding } = feature;
    switch (encoding) {
      case 'numeric':
        return { kind: encoding, column: name, moments: momentsOf(columnOf(data.numeric, name), counts) };
      case 'categorical':
        return {
          kind: encoding,
          column: name,
          levels: levelCountsOf(columnOf(data.categorical, name), counts),
        };
    }
  });
}
