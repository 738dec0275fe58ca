import { denseMatrix } from './dense.js';
import { dense } from './dense-array.js';
import { matrixOf } from './matrix-of.js';
import type { Dense, Matrix } from './matrix.js';

/** One column of a source in the target's rows: value CI[t] in target row t, 0 for −1. */
export interface PlacedColumn {
  /** Length r_k. */
  readonly values: Float64Array;
  /** Length r_T. */
  readonly index: Int32Array;
}

/**
 * Columns a ∘ b (r_T × number of pairs), each the product of two columns that may be different parties'. Neither the r_T × 2
 * spread columns nor their products are stored: a cell is two look-ups and a multiplication. Beside T in stackColumns they are
 * its second-order terms; their products with T are T's `transposedMultiply`.
 * @throws RangeError where an index vector has another length than T
 */
export function interactionColumns(
  rows: number,
  pairs: readonly (readonly [PlacedColumn, PlacedColumn])[],
): Matrix {
  for (const { index } of pairs.flat())
    if (index.length !== rows) throw new RangeError(`${index.length} indices for ${rows} rows`);

  /** Numbers of one pair in rows from … to, in an array that the next call writes over. */
  const cells = (
    [a, b]: readonly [PlacedColumn, PlacedColumn],
    into: Float64Array,
    from: number,
    to: number,
  ) => {
    for (let row = from; row < to; row++) {
      const [i, j] = [a.index[row]!, b.index[row]!];
      into[row - from] = i < 0 || j < 0 ? 0 : a.values[i]! * b.values[j]!;
    }
    return into;
  };
  const column = new Float64Array(rows);
  const other = new Float64Array(rows);
  /** Row sums of f over the pairs' cells. */
  const addUp = (f: (value: number) => number) => {
    const sums = new Float64Array(rows);
    for (const pair of pairs) cells(pair, column, 0, rows).forEach((value, row) => (sums[row]! += f(value)));
    return sums;
  };
  const written = (): Dense => {
    const result = dense(rows, pairs.length);
    pairs.forEach((pair, q) => {
      cells(pair, column, 0, rows).forEach((value, row) => (result.data[row * pairs.length + q] = value));
    });
    return result;
  };

  return matrixOf({
    rows,
    columns: pairs.length,
    addProduct(into, x, xRow, from, to) {
      const p = x.columns;
      pairs.forEach((pair, q) => {
        cells(pair, column, from, to);
        for (let row = 0; row < to - from; row++)
          for (let j = 0; j < p; j++) into.data[row * p + j]! += column[row]! * x.data[(xRow + q) * p + j]!;
      });
    },
    addTransposed(into, intoRow, y, from, to) {
      const p = y.columns;
      pairs.forEach((pair, q) => {
        cells(pair, column, from, to);
        for (let row = 0; row < to - from; row++)
          for (let j = 0; j < p; j++)
            into.data[(intoRow + q) * p + j]! += column[row]! * y.data[row * p + j]!;
      });
    },
    gram(weights) {
      const result = dense(pairs.length, pairs.length);
      pairs.forEach((pair, q) => {
        cells(pair, column, 0, rows);
        if (weights !== undefined) for (let row = 0; row < rows; row++) column[row]! *= weights[row]!;
        for (let s = q; s < pairs.length; s++) {
          cells(pairs[s]!, other, 0, rows);
          let sum = 0;
          for (let row = 0; row < rows; row++) sum += column[row]! * other[row]!;
          result.data[q * pairs.length + s] = sum;
          result.data[s * pairs.length + q] = sum;
        }
      });
      return result;
    },
    columnSums(weights) {
      return Float64Array.from(pairs, (pair) =>
        cells(pair, column, 0, rows).reduce((sum, value, row) => sum + (weights?.[row] ?? 1) * value, 0),
      );
    },
    groupedColumnSums(groups, count) {
      const sums = dense(pairs.length, count);
      pairs.forEach((pair, q) => {
        cells(pair, column, 0, rows).forEach((value, row) => {
          if (groups[row]! >= 0) sums.data[q * count + groups[row]!]! += value;
        });
      });
      return sums;
    },
    rowSums: () => addUp((value) => value),
    squaredRowNorms: () => addUp((value) => value * value),
    mapZeroPreserving: (f) => denseMatrix(written()).mapZeroPreserving(f),
    slice: (picked) =>
      interactionColumns(
        picked.length,
        pairs.map(([a, b]) => [sliceColumn(a, picked), sliceColumn(b, picked)] as const),
      ),
    toCsr: () => denseMatrix(written()).toCsr(),
  });
}

const sliceColumn = ({ values, index }: PlacedColumn, picked: Int32Array): PlacedColumn => ({
  values,
  index: picked.map((row) => index[row]!),
});
