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

/**
 * An upper bound: the training rows may lack levels, or have too few rows of them.
 * @param distinct different values of the column
 */
export function encodedSize(feature: FeatureColumn, distinct: number): EncodedSize {
  const indicators = feature.encoding !== 'hash' && feature.indicator === true ? 1 : 0;
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
    case 'hash':
      return { numbers: 0, codes: 1, columns: feature.buckets, levels: 0 };
  }
}
