import type { FeatureColumn } from '../../job/resolved.js';
import { isCyclic } from './summarize.js';

/** What a feature is encoded as, before any row is read. */
export interface EncodedSize {
  /** Dense columns: numbers a row. */
  readonly numbers: number;
  /** Blocks of indicator columns: codes a row. */
  readonly codes: number;
  /** Columns of D_k, dense and indicators. */
  readonly columns: number;
  /** Texts that the encoder keeps. */
  readonly levels: number;
}

/** Of all features of one group, and of the products between them. */
export function encodedSizes(
  features: readonly FeatureColumn[],
  distinctOf: (feature: FeatureColumn, at: number) => number,
): EncodedSize[] {
  const own = features.map((feature, at) => encodedSize(feature, distinctOf(feature, at)));
  const plain = features.map((feature, at) => withoutIndicator(feature, distinctOf(feature, at)));
  const products = features.flatMap(({ times = [] }, at) =>
    times.map((name) => productSize(plain[at]!, plain[features.findIndex((other) => other.name === name)]!)),
  );
  return [...own, ...products];
}

/** What two columns are encoded as, multiplied. */
export function productSize(a: EncodedSize, b: EncodedSize): EncodedSize {
  const columns = a.columns * b.columns;
  if (a.codes > 0 && b.codes > 0) return { numbers: 0, codes: 1, columns, levels: 0 };
  return { numbers: Math.max(1, a.numbers) * Math.max(1, b.numbers), codes: 0, columns, levels: 0 };
}

export function withoutIndicator(feature: FeatureColumn, distinct: number): EncodedSize {
  return encodedSize('indicator' in feature ? { ...feature, indicator: false } : feature, distinct);
}

/**
 * An upper bound: the training rows may lack levels, or have too few rows of them.
 * @param distinct different values of the column
 */
export function encodedSize(feature: FeatureColumn, distinct: number): EncodedSize {
  const indicators = 'indicator' in feature && feature.indicator ? 1 : 0;
  switch (feature.encoding) {
    case 'numeric':
      return { numbers: 1, codes: indicators, columns: 1 + indicators, levels: 0 };
    case 'polynomial':
      return { numbers: feature.degree, codes: indicators, columns: feature.degree + indicators, levels: 0 };
    case 'spline': {
      const numbers = feature.knots - 1 + feature.degree;
      return { numbers, codes: indicators, columns: numbers + indicators, levels: 0 };
    }
    case 'bins':
      return { numbers: 0, codes: 1 + indicators, columns: feature.count + indicators, levels: 0 };
    case 'date': {
      const numbers = feature.parts.reduce((sum, part) => sum + (isCyclic(feature, part) ? 2 : 1), 0);
      return { numbers, codes: indicators, columns: numbers + indicators, levels: 0 };
    }
    case 'categorical': {
      const levels = Math.min(distinct, feature.maxLevels ?? distinct);
      return { numbers: 0, codes: 1 + indicators, columns: levels + 1 + indicators, levels };
    }
    case 'target':
      return { numbers: 1, codes: 0, columns: 1, levels: distinct };
    case 'hash':
      return { numbers: 0, codes: 1, columns: feature.buckets, levels: 0 };
  }
}
