import { dense, denseMatrix } from '../algebra/dense.js';
import type { Matrix } from '../algebra/matrix.js';
import { oneHotMatrix } from '../algebra/one-hot.js';
import { columnOffsets, stackColumns } from '../algebra/stack.js';
import type { Encoder } from './encoder.js';
import { denseBlock } from './encoding/dense-block.js';
import { columnOf, type FeatureData } from './encoding/feature-data.js';
import { indexBlocks } from './encoding/index-blocks.js';

export { encoderFrom, fitEncoder, type EncoderOptions } from './encoding/encoder-from.js';
export type { FeatureData } from './encoding/feature-data.js';
export { readAs } from './encoding/read-as.js';
export { summarize } from './encoding/summarize.js';
export { mergeSummaries, type Summary } from './encoding/summary.js';

/**
 * D_k: the columns of numbers and dates, then indicator columns. Scaled cell by cell and not by corrections of the products: with
 * |center| ≫ scale, D X/σ − 1 (μᵀ X/σ) would leave only rounding.
 * @param rows source row for each row wanted, −1 for a row without a match; default: every source row once. With the
 *   index vector CI_k here the result is the source's share of the materialized T.
 */
export function encode(data: FeatureData, encoder: Encoder, rows?: Int32Array): Matrix {
  const count = rows?.length ?? data.rows;
  const numbers = encoder.numeric.map((encoding) => ({
    cells: columnOf(data.numeric, encoding.column),
    block: denseBlock(encoding),
  }));
  const offsets = columnOffsets(numbers.map(({ block }) => block));
  const table = dense(
    count,
    numbers.reduce((sum, { block }) => sum + block.columns, 0),
  );
  numbers.forEach(({ cells, block }, at) => {
    for (let row = 0; row < count; row++) {
      const source = rows === undefined ? row : rows[row]!;
      const cell = source < 0 ? NaN : cells[source]!;
      // What is absent is 0, whatever it is encoded as.
      if (Number.isNaN(cell)) continue;
      const first = row * table.columns + offsets[at]!;
      block.write(cell, table.data, first);
      for (let j = first; j < first + block.columns; j++) if (Number.isNaN(table.data[j]!)) table.data[j] = 0;
    }
  });
  const blocks = indexBlocks(data, encoder).map(({ levels, codes }) => ({
    levels,
    codes: rows === undefined ? codes : rows.map((source) => (source < 0 ? -1 : codes[source]!)),
  }));
  return stackColumns([denseMatrix(table), oneHotMatrix(count, blocks)], count);
}
