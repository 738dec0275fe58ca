import { dense } from './dense-array.js';
import { checkZeroPreserving, matrixOf } from './matrix-of.js';
import { csrMatrix } from './csr.js';
import { addGathered, addScattered } from './index-vector.js';
import type { Csr, Matrix } from './matrix.js';

export interface OneHotColumn {
  /** Number of indicator columns that this one stands for. */
  readonly levels: number;
  /** Level of each row, −1 for none. */
  readonly codes: Int32Array;
}

/** Indicator columns of categories, kept as one code a row and category: a product is a look-up, not a multiplication. */
export function oneHotMatrix(rows: number, categories: readonly OneHotColumn[]): Matrix {
  const offsets: number[] = [];
  let columns = 0;
  for (const { levels } of categories) {
    offsets.push(columns);
    columns += levels;
  }
  /** Calls `visit` with the codes of each category and where its columns begin. */
  const each = (visit: (codes: Int32Array, offset: number) => void) => {
    categories.forEach(({ codes }, at) => visit(codes, offsets[at]!));
  };
  const countedRows = () => {
    const sums = new Float64Array(rows);
    each((codes) => {
      for (let row = 0; row < rows; row++) if (codes[row]! >= 0) sums[row]! += 1;
    });
    return sums;
  };

  const matrix: Matrix = matrixOf({
    rows,
    columns,
    addProduct(into, x, xRow, from, to) {
      each((codes, offset) => addGathered(into, x, xRow + offset, codes, from, to));
    },
    addTransposed(into, intoRow, y, from, to) {
      each((codes, offset) => addScattered(into, intoRow + offset, y, codes, from, to));
    },
    gram(weights) {
      // Entry (i, j) counts, by weight, the rows that have both levels: a contingency table of each pair of categories.
      const result = dense(columns, columns);
      each((a, offsetA) => {
        each((b, offsetB) => {
          for (let row = 0; row < rows; row++) {
            const i = a[row]!;
            const j = b[row]!;
            if (i < 0 || j < 0) continue;
            result.data[(offsetA + i) * columns + offsetB + j]! += weights === undefined ? 1 : weights[row]!;
          }
        });
      });
      return result;
    },
    columnSums(weights) {
      const sums = new Float64Array(columns);
      each((codes, offset) => {
        for (let row = 0; row < rows; row++) {
          const code = codes[row]!;
          if (code >= 0) sums[offset + code]! += weights === undefined ? 1 : weights[row]!;
        }
      });
      return sums;
    },
    groupedColumnSums(groups, count) {
      const sums = dense(columns, count);
      each((codes, offset) => {
        for (let row = 0; row < rows; row++) {
          const [code, group] = [codes[row]!, groups[row]!];
          if (code >= 0 && group >= 0) sums.data[(offset + code) * count + group]! += 1;
        }
      });
      return sums;
    },
    rowSums: countedRows,
    squaredRowNorms: countedRows,
    mapZeroPreserving(f) {
      checkZeroPreserving(f);
      // Cells are 0 and 1.
      if (f(1) === 1) return matrix;
      return csrMatrix(entriesOf(rows, columns, categories, offsets)).mapZeroPreserving(f);
    },
    slice(picked) {
      return oneHotMatrix(
        picked.length,
        categories.map(({ levels, codes }) => ({
          levels,
          codes: Int32Array.from(picked, (row) => codes[row]!),
        })),
      );
    },
    toCsr: () => entriesOf(rows, columns, categories, offsets),
  });
  return matrix;
}

function entriesOf(
  rows: number,
  columns: number,
  categories: readonly OneHotColumn[],
  offsets: readonly number[],
): Csr {
  const rowStarts = new Int32Array(rows + 1);
  const columnIndices = new Int32Array(rows * categories.length);
  let entry = 0;
  for (let row = 0; row < rows; row++) {
    for (const [at, { codes }] of categories.entries())
      if (codes[row]! >= 0) columnIndices[entry++] = offsets[at]! + codes[row]!;
    rowStarts[row + 1] = entry;
  }
  return { rows, columns, rowStarts, columnIndices: columnIndices.slice(0, entry) };
}
