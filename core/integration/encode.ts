import { dense, denseMatrix } from '../algebra/dense.js';
import type { Matrix } from '../algebra/matrix.js';
import { oneHotMatrix } from '../algebra/one-hot.js';
import { stackColumns } from '../algebra/stack.js';
import type { Encoder } from './encoder.js';
import { columnOf, type FeatureData } from './encoding/feature-data.js';

export { encoderFrom, fitEncoder } from './encoding/encoder-from.js';
export type { FeatureData } from './encoding/feature-data.js';
export { summarize } from './encoding/summarize.js';
export { mergeSummaries, type Summary } from './encoding/summary.js';

/**
 * D_k: the numeric columns standardised, then indicator columns of the categories. Standardised cell by cell and not by
 * corrections of the products: with |mean| ≫ scale, D X/σ − 1 (μᵀ X/σ) would leave only rounding.
 * @param rows source row for each row wanted, −1 for a row without a match; default: every source row once. With the
 *   index vector CI_k here the result is the source's share of the materialized T.
 */
export function encode(data: FeatureData, encoder: Encoder, rows?: Int32Array): Matrix {
  const count = rows?.length ?? data.rows;
  const width = encoder.numeric.length;
  const numeric = dense(count, width);
  encoder.numeric.forEach(({ column, center, scale }, at) => {
    const values = columnOf(data.numeric, column);
    for (let row = 0; row < count; row++) {
      const source = rows === undefined ? row : rows[row]!;
      const value = source < 0 ? NaN : values[source]!;
      numeric.data[row * width + at] = Number.isNaN(value) ? 0 : (value - center) / scale;
    }
  });
  const categories = encoder.categorical.map((encoding) => {
    const { codes, values } = columnOf(data.categorical, encoding.column);
    const levelOf = levelsByCode(values, encoding.levels);
    const levels = new Int32Array(count);
    for (let row = 0; row < count; row++) {
      const source = rows === undefined ? row : rows[row]!;
      const code = source < 0 ? -1 : codes[source]!;
      levels[row] = code < 0 ? -1 : levelOf[code]!;
    }
    return { levels: encoding.levels.length + 1, codes: levels };
  });
  return stackColumns([denseMatrix(numeric), oneHotMatrix(count, categories)], count);
}

/** Level of each value of a dictionary; the one after the last for a value that training has not seen. */
function levelsByCode(values: readonly string[], levels: readonly string[]): Int32Array {
  const position = new Map(levels.map((level, at) => [level, at]));
  return Int32Array.from(values, (value) => position.get(value) ?? levels.length);
}
