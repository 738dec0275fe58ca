import { dense } from './dense.js';
import type { Matrix } from './matrix.js';

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

  return {
    rows,
    columns,
    multiply(x) {
      const p = x.columns;
      const result = dense(rows, p);
      each((codes, offset) => {
        if (p === 1) {
          lookUp(result.data, x.data, codes, offset);
          return;
        }
        for (let row = 0; row < rows; row++) {
          const code = codes[row]!;
          if (code < 0) continue;
          const from = (offset + code) * p;
          for (let j = 0; j < p; j++) result.data[row * p + j]! += x.data[from + j]!;
        }
      });
      return result;
    },
    transposedMultiply(y) {
      const p = y.columns;
      const result = dense(columns, p);
      each((codes, offset) => {
        if (p === 1) {
          addUp(result.data, y.data, codes, offset);
          return;
        }
        for (let row = 0; row < rows; row++) {
          const code = codes[row]!;
          if (code < 0) continue;
          const to = (offset + code) * p;
          for (let j = 0; j < p; j++) result.data[to + j]! += y.data[row * p + j]!;
        }
      });
      return result;
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
    rowSums() {
      const sums = new Float64Array(rows);
      each((codes) => {
        for (let row = 0; row < rows; row++) if (codes[row]! >= 0) sums[row]! += 1;
      });
      return sums;
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
  };
}

// One vector at a time is what training mostly asks for: without the inner loop over columns it is three times as fast.

function lookUp(into: Float64Array, x: Float64Array, codes: Int32Array, offset: number): void {
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (code >= 0) into[row]! += x[offset + code]!;
  }
}

function addUp(into: Float64Array, y: Float64Array, codes: Int32Array, offset: number): void {
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (code >= 0) into[offset + code]! += y[row]!;
  }
}
