import { denseMatrix } from '../algebra/dense.js';
import type { Matrix } from '../algebra/matrix.js';
import { oneHotMatrix } from '../algebra/one-hot.js';
import { stackColumns } from '../algebra/stack.js';
import { encodingOf, type Encoder } from './encoder.js';
import { columnBlock, denseCells, gathered } from './encoding/column-block.js';
import type { FeatureData } from './encoding/feature-data.js';
import { indexBlocks } from './encoding/index-blocks.js';
import { productMatrix } from './encoding/products.js';

export { encoderFrom, fitEncoder, type EncoderOptions } from './encoding/encoder-from.js';
export { crossFitted } from './encoding/cross-fit.js';
export type { FeatureData } from './encoding/feature-data.js';
export { readAs } from './encoding/read-as.js';
export { summarize } from './encoding/summarize.js';
export { mergeSummaries, type Summary } from './encoding/summary.js';

/**
 * D_k: the columns of numbers and dates and those encoded by labels, then indicator columns, then products. Scaled cell by cell and not by corrections of the products: with
 * |center| ≫ scale, D X/σ − 1 (μᵀ X/σ) would leave only rounding.
 * @param rows source row for each row wanted, −1 for a row without a match; default: every source row once. With the
 *   index vector CI_k here the result is the source's share of the materialized T.
 */
export function encode(data: FeatureData, encoder: Encoder, rows?: Int32Array): Matrix {
  const count = rows?.length ?? data.rows;
  const blocks = indexBlocks(data, encoder).map((block) => gathered(block, rows));
  const block = (column: string) => columnBlock(data, encodingOf(encoder, column), rows);
  const products = (encoder.products ?? []).map(([a, b]) => productMatrix(count, block(a), block(b)));
  return stackColumns(
    [
      denseMatrix(denseCells(data, [...encoder.numeric, ...(encoder.targets ?? [])], rows)),
      oneHotMatrix(count, blocks),
      ...products,
    ],
    count,
  );
}
