import { dense, mirrorUpperTriangle } from './dense-array.js';
import { addDenseProduct, addDenseTransposed, denseGram } from './dense-kernels.js';
import { checkZeroPreserving, matrixOf } from './matrix-of.js';
import type { Csr, Dense, Matrix } from './matrix.js';
import { resident } from './wasm/arena.js';

export { columnVector, dense, identityColumns, mirrorUpperTriangle, transpose } from './dense-array.js';

/** A dense matrix, row-major: one pass over memory for every operator. */
export function denseMatrix(given: Dense): Matrix {
  const { rows, columns } = given;
  const values = dense(rows, columns, resident(given.data));
  const { data } = values;
  const overRows = (cell: (value: number) => number) => {
    const sums = new Float64Array(rows);
    for (let row = 0, at = 0; row < rows; row++) {
      let sum = 0;
      for (let column = 0; column < columns; column++, at++) sum += cell(data[at]!);
      sums[row] = sum;
    }
    return sums;
  };
  return matrixOf({
    rows,
    columns,
    addProduct: (into, x, xRow, from, to) => addDenseProduct(values, into, x, xRow, from, to),
    addTransposed: (into, intoRow, y, from, to) => addDenseTransposed(values, into, intoRow, y, from, to),
    gram(weights) {
      const result = dense(columns, columns);
      denseGram(result, values, weights);
      mirrorUpperTriangle(result);
      return result;
    },
    columnSums(weights) {
      const sums = new Float64Array(columns);
      for (let row = 0, at = 0; row < rows; row++) {
        const weight = weights === undefined ? 1 : weights[row]!;
        for (let column = 0; column < columns; column++, at++) sums[column]! += weight * data[at]!;
      }
      return sums;
    },
    groupedColumnSums(groups, count) {
      const sums = dense(columns, count);
      for (let row = 0; row < rows; row++) {
        const group = groups[row]!;
        if (group < 0) continue;
        for (let column = 0; column < columns; column++)
          sums.data[column * count + group]! += data[row * columns + column]!;
      }
      return sums;
    },
    rowSums: () => overRows((value) => value),
    squaredRowNorms: () => overRows((value) => value * value),
    mapZeroPreserving(f) {
      checkZeroPreserving(f);
      return denseMatrix(dense(rows, columns, data.map(f)));
    },
    slice(picked) {
      const result = dense(picked.length, columns);
      picked.forEach((row, at) => {
        result.data.set(data.subarray(row * columns, (row + 1) * columns), at * columns);
      });
      return denseMatrix(result);
    },
    toCsr: () => nonZeros(values),
  });
}

function nonZeros({ rows, columns, data }: Dense): Csr {
  const count = data.reduce((sum, value) => (value === 0 ? sum : sum + 1), 0);
  const rowStarts = new Int32Array(rows + 1);
  const columnIndices = new Int32Array(count);
  const values = new Float64Array(count);
  let entry = 0;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const value = data[at]!;
      if (value === 0) continue;
      columnIndices[entry] = column;
      values[entry++] = value;
    }
    rowStarts[row + 1] = entry;
  }
  return { rows, columns, rowStarts, columnIndices, values };
}
