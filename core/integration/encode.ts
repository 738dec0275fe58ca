import { dense, denseMatrix } from '../algebra/dense.js';
import type { Matrix } from '../algebra/matrix.js';
import { oneHotMatrix } from '../algebra/one-hot.js';
import { stackColumns } from '../algebra/stack.js';
import type { FeatureColumn } from '../job/resolved.js';
import type { Dictionary, TableData } from '../sources/source.js';
import type { CategoricalEncoding, Encoder, NumericEncoding } from './encoder.js';

/** The columns of a source table that features are made of. */
export type FeatureData = Pick<TableData, 'rows' | 'numeric' | 'categorical'>;

/**
 * Learns the encoding of a source table's columns from the training rows of T.
 * @param counts n_k, how often each source row occurs among the training rows (length r_k)
 * @param trainRows number of training rows; those without a match count as imputed by the mean
 */
export function fitEncoder(
  data: FeatureData,
  features: readonly FeatureColumn[],
  counts: Float64Array,
  trainRows: number,
): Encoder {
  return {
    numeric: features
      .filter(({ encoding }) => encoding === 'numeric')
      .map(({ name }) => fitNumeric(name, column(data.numeric, name), counts, trainRows)),
    categorical: features
      .filter(({ encoding }) => encoding === 'categorical')
      .map(({ name }) => fitCategorical(name, column(data.categorical, name), counts)),
  };
}

function fitNumeric(
  name: string,
  values: Float64Array,
  counts: Float64Array,
  trainRows: number,
): NumericEncoding {
  let total = 0;
  let sum = 0;
  values.forEach((value, row) => {
    if (Number.isNaN(value)) return;
    total += counts[row]!;
    sum += counts[row]! * value;
  });
  const mean = total > 0 ? sum / total : 0;
  let squares = 0;
  values.forEach((value, row) => {
    if (!Number.isNaN(value)) squares += counts[row]! * (value - mean) ** 2;
  });
  const scale = Math.sqrt(squares / trainRows);
  // What rounding leaves of a constant column is no scale.
  return { kind: 'numeric', column: name, mean, scale: scale > 1e-12 * Math.abs(mean) ? scale : 1 };
}

function fitCategorical(
  name: string,
  { codes, values }: Dictionary,
  counts: Float64Array,
): CategoricalEncoding {
  const seen = new Uint8Array(values.length);
  codes.forEach((code, row) => {
    if (code >= 0 && counts[row]! > 0) seen[code] = 1;
  });
  return { kind: 'categorical', column: name, levels: values.filter((_, code) => seen[code] === 1) };
}

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
  encoder.numeric.forEach(({ column: name, mean, scale }, at) => {
    const values = column(data.numeric, name);
    for (let row = 0; row < count; row++) {
      const source = rows === undefined ? row : rows[row]!;
      const value = source < 0 ? NaN : values[source]!;
      numeric.data[row * width + at] = Number.isNaN(value) ? 0 : (value - mean) / scale;
    }
  });
  const categories = encoder.categorical.map((encoding) => {
    const { codes, values } = column(data.categorical, encoding.column);
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

function column<T>(columns: ReadonlyMap<string, T>, name: string): T {
  const found = columns.get(name);
  if (found === undefined) throw new Error(`column ${name} was not read`);
  return found;
}
