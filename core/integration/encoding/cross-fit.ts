import type { FeatureColumn, TargetFeature } from '../../job/resolved.js';
import type { Dictionary, PositionRequest } from '../../sources/source.js';
import { columnOf, type FeatureData, type RowTargets } from './feature-data.js';
import { targetMeans, type Smoothing, type TargetMeans, type TargetRows } from './target-means.js';
import { MAX_TEXT_LENGTH } from './text-length.js';

/** As many as scikit-learn's TargetEncoder takes by default. */
export const TARGET_FOLDS = 5;

/** What decides about a row's fold. Of one seed and columns it has nothing to do with the split, nor with folds of cross-validation. */
export function targetPositions(columns: readonly string[], seed: number): PositionRequest {
  return { columns, seed: `target ${String(seed)}` };
}

/** The fold of each row by its position in [0, 1): a silo tells this, and not the position. */
export function targetFolds(position: Float64Array): Uint8Array {
  return Uint8Array.from(position, (at) => Math.floor(at * TARGET_FOLDS));
}

/** Mean labels of a column's texts, in the order of its dictionary, and of NULL behind them. */
export function meansOfTexts(data: FeatureData, feature: TargetFeature, counts: Float64Array): TargetMeans {
  return targetMeans(levelsOf(data, feature), counts, smoothingOf(feature));
}

/**
 * What the training rows count as in a column that is encoded by mean labels: each has that of its level in the rows of all folds but its
 * own, so that neither its label nor those of the other rows of its fold have a part in it.
 * @param counts n_k, length r_k
 * @param usual what a row counts as whose fold has all rows
 * @returns length r_k; NaN for rows that training has not, which are encoded as those of a prediction are
 */
export function crossFittedMeans(
  data: FeatureData,
  feature: TargetFeature,
  counts: Float64Array,
  usual: number,
): Float64Array {
  const rows = levelsOf(data, feature);
  const { folds } = targetsOf(data, feature.name);
  const fitted = new Float64Array(data.rows).fill(NaN);
  for (let fold = 0; fold < TARGET_FOLDS; fold++) {
    const others = counts.map((n, row) => (folds[row] === fold ? 0 : n));
    const { mean = usual, means } = targetMeans(rows, others, smoothingOf(feature));
    for (let row = 0; row < data.rows; row++) {
      if (folds[row] !== fold || counts[row] === 0) continue;
      const own = rows.levelOf[row]! < 0 ? NaN : means[rows.levelOf[row]!]!;
      fitted[row] = Number.isNaN(own) ? mean : own;
    }
  }
  return fitted;
}

/**
 * A table to train on: with what its training rows count as in columns that are encoded by mean labels.
 * @param counts n_k, length r_k
 */
export function crossFitted(
  data: FeatureData,
  features: readonly FeatureColumn[],
  counts: Float64Array,
): FeatureData {
  const encoded = features.filter((feature) => feature.encoding === 'target');
  if (encoded.length === 0) return data;
  const fitted = encoded.map((feature) => {
    const { mean = 0 } = meansOfTexts(data, feature, counts);
    return [feature.name, crossFittedMeans(data, feature, counts, mean)] as const;
  });
  return { ...data, fitted: new Map(fitted) };
}

/** NULL is a level, after those of the texts; texts that are too long to be one are in none. */
function levelsOf(data: FeatureData, { name, maxTextLength = MAX_TEXT_LENGTH }: TargetFeature): TargetRows {
  const { codes, values }: Dictionary = columnOf(data.categorical, name);
  const levelOf = codes.map((code) => {
    if (code < 0) return values.length;
    return values[code]!.length > maxTextLength ? -1 : code;
  });
  const { labels, weights } = targetsOf(data, name);
  return { levelOf, levels: values.length + 1, labels, ...(weights && { weights }) };
}

function targetsOf({ targets }: FeatureData, column: string): RowTargets {
  if (targets === undefined) throw new Error(`rows have no labels by which ${column} could be encoded`);
  return targets;
}

function smoothingOf({ smooth, minCount = 1 }: TargetFeature): Smoothing {
  return { smooth: smooth ?? 'auto', minCount };
}
