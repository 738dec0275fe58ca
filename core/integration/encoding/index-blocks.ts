import type { OneHotColumn } from '../../algebra/one-hot.js';
import { blockWidth, type CategoricalEncoding, type Encoder, type HashEncoding } from '../encoder.js';
import { binOf } from './bins.js';
import { columnOf, type FeatureData } from './feature-data.js';
import { bucketOf } from './hash-bucket.js';

/** The indicator columns of D_k, one code a row of the source for each block of them. Codes have length r_k. */
export function indexBlocks(data: FeatureData, { numeric, categorical }: Encoder): OneHotColumn[] {
  return [
    ...numeric.flatMap((encoding) => {
      const cells = columnOf(data.numeric, encoding.column);
      const indicated = encoding.indicator ? [present(cells, Number.isNaN)] : [];
      return encoding.kind === 'bins' ? [binned(cells, encoding.edges), ...indicated] : indicated;
    }),
    ...categorical.flatMap((encoding) => {
      const { codes, values } = columnOf(data.categorical, encoding.column);
      const positions = positionsIn(encoding, values);
      const block = {
        levels: blockWidth(encoding),
        codes: codes.map((code) => (code < 0 ? -1 : positions[code]!)),
      };
      const indicated = encoding.kind === 'categorical' && encoding.indicator;
      return indicated ? [block, present(codes, (code) => code < 0)] : [block];
    }),
  ];
}

function binned(cells: Float64Array, edges: readonly number[]): OneHotColumn {
  const codes = Int32Array.from(cells, (cell) => (Number.isNaN(cell) ? -1 : binOf(cell, edges)));
  return { levels: edges.length + 1, codes };
}

/** One column: 1 where there is a value. */
function present(cells: Float64Array | Int32Array, isAbsent: (cell: number) => boolean): OneHotColumn {
  return { levels: 1, codes: Int32Array.from(cells, (cell) => (isAbsent(cell) ? -1 : 0)) };
}

/** Where each text of a dictionary is in its block; after the last level if it is none of them. */
function positionsIn(encoding: CategoricalEncoding | HashEncoding, texts: readonly string[]): Int32Array {
  if (encoding.kind === 'hash') return Int32Array.from(texts, (text) => bucketOf(text, encoding.buckets));
  const { levels } = encoding;
  const position = new Map(levels.map((level, at) => [level, at]));
  return Int32Array.from(texts, (text) => position.get(text) ?? levels.length);
}
