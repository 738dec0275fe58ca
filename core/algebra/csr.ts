import { pickRows } from './csr-arrays.js';
import { addCsrProduct, addCsrTransposed, csrForm, type StoredCsr } from './csr-kernels.js';
import { dense } from './dense-array.js';
import { checkZeroPreserving, matrixOf } from './matrix-of.js';
import type { Csr, Matrix } from './matrix.js';
import { resident } from './wasm/arena.js';

/** A sparse matrix by rows. @throws RangeError where the arrays contradict each other */
export function csrMatrix(given: Csr): Matrix {
  checkCsr(given);
  const csr: StoredCsr = {
    ...given,
    rowStarts: resident(given.rowStarts),
    columnIndices: resident(given.columnIndices),
    ...(given.values !== undefined && { values: resident(given.values) }),
    form: csrForm(given),
  };
  const { rows, columns, rowStarts, columnIndices, values } = csr;
  const overRows = (cell: (value: number) => number) => {
    const sums = new Float64Array(rows);
    for (let row = 0, entry = 0; row < rows; row++) {
      let sum = 0;
      for (const end = rowStarts[row + 1]!; entry < end; entry++)
        sum += values === undefined ? 1 : cell(values[entry]!);
      sums[row] = sum;
    }
    return sums;
  };
  const matrix: Matrix = matrixOf({
    rows,
    columns,
    addProduct: (into, x, xRow, from, to) => addCsrProduct(csr, into, x, xRow, from, to),
    addTransposed: (into, intoRow, y, from, to) => addCsrTransposed(csr, into, intoRow, y, from, to),
    gram(weights) {
      const result = dense(columns, columns);
      for (let row = 0; row < rows; row++) {
        const weight = weights === undefined ? 1 : weights[row]!;
        if (weight === 0) continue;
        const [start, end] = [rowStarts[row]!, rowStarts[row + 1]!];
        for (let i = start; i < end; i++) {
          const value = weight * (values === undefined ? 1 : values[i]!);
          const at = columnIndices[i]! * columns;
          for (let j = start; j < end; j++)
            result.data[at + columnIndices[j]!]! += values === undefined ? value : value * values[j]!;
        }
      }
      return result;
    },
    columnSums(weights) {
      const sums = new Float64Array(columns);
      for (let row = 0; row < rows; row++) {
        const weight = weights === undefined ? 1 : weights[row]!;
        for (let entry = rowStarts[row]!; entry < rowStarts[row + 1]!; entry++)
          sums[columnIndices[entry]!]! += values === undefined ? weight : weight * values[entry]!;
      }
      return sums;
    },
    groupedColumnSums(groups, count) {
      const sums = dense(columns, count);
      for (let row = 0; row < rows; row++) {
        const group = groups[row]!;
        if (group < 0) continue;
        for (let entry = rowStarts[row]!, end = rowStarts[row + 1]!; entry < end; entry++)
          sums.data[columnIndices[entry]! * count + group]! += values === undefined ? 1 : values[entry]!;
      }
      return sums;
    },
    rowSums: () => overRows((value) => value),
    squaredRowNorms: () => overRows((value) => value * value),
    mapZeroPreserving(f) {
      checkZeroPreserving(f);
      if (values === undefined && f(1) === 1) return matrix;
      return csrMatrix({
        ...given,
        values: (values ?? new Float64Array(columnIndices.length).fill(1)).map(f),
      });
    },
    slice: (picked) => csrMatrix(pickRows(csr, picked)),
    toCsr: () => csr,
  });
  return matrix;
}

function checkCsr({ rows, columns, rowStarts, columnIndices, values }: Csr): void {
  if (rowStarts.length !== rows + 1 || rowStarts[0] !== 0 || rowStarts[rows] !== columnIndices.length)
    throw new RangeError(`row starts do not lead over ${columnIndices.length} entries in ${rows} rows`);
  if (values !== undefined && values.length !== columnIndices.length)
    throw new RangeError(`${columnIndices.length} entries with ${values.length} values`);
  for (let row = 0; row < rows; row++)
    if (rowStarts[row + 1]! < rowStarts[row]!) throw new RangeError(`row ${row} ends before it starts`);
  for (const column of columnIndices)
    if (column < 0 || column >= columns) throw new RangeError(`column ${column} of ${columns}`);
}
