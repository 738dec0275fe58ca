import { csrMatrix } from '../../algebra/csr.js';
import { dense, denseMatrix } from '../../algebra/dense.js';
import type { Dense, Matrix } from '../../algebra/matrix.js';
import { oneHotMatrix, type OneHotColumn } from '../../algebra/one-hot.js';
import type { ColumnBlock } from './column-block.js';

/**
 * Each column of a by each of b, in the order of `productNames`. Of two categories one code a row; of a number and a category as many
 * numbers a row as the number has columns. A cell that is absent is 0 in every product, for it is 0 in every factor.
 */
export function productMatrix(rows: number, a: ColumnBlock, b: ColumnBlock): Matrix {
  if ('codes' in a && 'codes' in b) return oneHotMatrix(rows, [crossed(a.codes, b.codes)]);
  if ('codes' in a) return scaledLevels(rows, factorsOf(b), a.codes, 'level first');
  if ('codes' in b) return scaledLevels(rows, factorsOf(a), b.codes, 'number first');
  return denseMatrix(outer(a.numbers, b.numbers));
}

function factorsOf(block: ColumnBlock): Dense {
  if ('codes' in block) throw new Error('a category has no numbers');
  return block.numbers;
}

/** The category of pairs of levels. */
function crossed(a: OneHotColumn, b: OneHotColumn): OneHotColumn {
  const codes = a.codes.map((one, row) => {
    const other = b.codes[row]!;
    return one < 0 || other < 0 ? -1 : one * b.levels + other;
  });
  return { levels: a.levels * b.levels, codes };
}

function outer(a: Dense, b: Dense): Dense {
  const [p, q] = [a.columns, b.columns];
  const result = dense(a.rows, p * q);
  for (let row = 0; row < a.rows; row++)
    for (let i = 0; i < p; i++)
      for (let j = 0; j < q; j++)
        result.data[(row * p + i) * q + j] = a.data[row * p + i]! * b.data[row * q + j]!;
  return result;
}

/** The numbers of a row in the columns of its level, 0 in those of others. */
function scaledLevels(
  rows: number,
  { columns: width, data }: Dense,
  { levels, codes }: OneHotColumn,
  order: 'level first' | 'number first',
): Matrix {
  const rowStarts = new Int32Array(rows + 1);
  const columnIndices: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < rows; row++) {
    const code = codes[row]!;
    for (let j = 0; code >= 0 && j < width; j++) {
      const value = data[row * width + j]!;
      if (value === 0) continue;
      columnIndices.push(order === 'level first' ? code * width + j : j * levels + code);
      values.push(value);
    }
    rowStarts[row + 1] = values.length;
  }
  return csrMatrix({
    ...{ rows, columns: width * levels, rowStarts },
    columnIndices: Int32Array.from(columnIndices),
    values: Float64Array.from(values),
  });
}
