import type { OneHotColumn } from '../../algebra/one-hot.js';
import {
  widthOf,
  type CategoricalEncoding,
  type ColumnEncoding,
  type Encoder,
  type HashEncoding,
} from '../encoder.js';
import { binOf } from './bins.js';
import { columnOf, type FeatureData } from './feature-data.js';
import { bucketOf } from './hash-bucket.js';
import { levelPositions } from './level-positions.js';

/** The indicator columns of D_k, one code a row of the source for each block of them. Codes have length r_k. */
export function indexBlocks(data: FeatureData, { numeric, categorical }: Encoder): OneHotColumn[] {
  return [...numeric, ...categorical].flatMap((encoding) => {
    const block = codesOf(data, encoding);
    const indicated = encoding.kind !== 'hash' && encoding.indicator ? [presence(data, encoding)] : [];
    return block ? [block, ...indicated] : indicated;
  });
}

/** The codes of a column that is encoded as indicator columns: a category, a hash, bins. Its own indicator is not among them. */
export function codesOf(data: FeatureData, encoding: ColumnEncoding): OneHotColumn | undefined {
  switch (encoding.kind) {
    case 'bins': {
      const { column, edges } = encoding;
      const binned = (cell: number) => (Number.isNaN(cell) ? -1 : binOf(cell, edges));
      return { levels: widthOf(encoding), codes: Int32Array.from(columnOf(data.numeric, column), binned) };
    }
    case 'categorical':
    case 'hash': {
      const { codes, values } = columnOf(data.categorical, encoding.column);
      const positions = positionsIn(encoding, values);
      return { levels: widthOf(encoding), codes: codes.map((code) => (code < 0 ? -1 : positions[code]!)) };
    }
    default:
      return undefined;
  }
}

/** One column: 1 where there is a value. */
function presence(data: FeatureData, { kind, column }: ColumnEncoding): OneHotColumn {
  const codes =
    kind === 'categorical'
      ? columnOf(data.categorical, column).codes.map((code) => (code < 0 ? -1 : 0))
      : Int32Array.from(columnOf(data.numeric, column), (cell) => (Number.isNaN(cell) ? -1 : 0));
  return { levels: 1, codes };
}

/** Where each text of a dictionary is in its block; after the last level if it is none of them. */
function positionsIn(encoding: CategoricalEncoding | HashEncoding, texts: readonly string[]): Int32Array {
  if (encoding.kind === 'hash') return Int32Array.from(texts, (text) => bucketOf(text, encoding.buckets));
  const { levels } = encoding;
  const position = levelPositions(levels);
  return Int32Array.from(texts, (text) => position.get(text) ?? levels.length);
}
