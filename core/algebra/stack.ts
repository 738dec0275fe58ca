import { dense, identityColumns } from './dense.js';
import type { Dense, Matrix } from './matrix.js';

/** [D_1 D_2 …]: blocks of the same rows side by side. */
export function stackColumns(blocks: readonly Matrix[], rows = blocks[0]?.rows ?? 0): Matrix {
  const columns = blocks.reduce((sum, block) => sum + block.columns, 0);
  const offsets = columnOffsets(blocks);
  return {
    rows,
    columns,
    multiply(x) {
      const result = dense(rows, x.columns);
      blocks.forEach((block, at) => {
        addTo(result, block.multiply(rowRange(x, offsets[at]!, block.columns)));
      });
      return result;
    },
    transposedMultiply: (y) =>
      concatRows(
        blocks.map((block) => block.transposedMultiply(y)),
        columns,
        y.columns,
      ),
    gram(weights) {
      const result = dense(columns, columns);
      blocks.forEach((block, i) => {
        setBlock(result, block.gram(weights), offsets[i]!, offsets[i]!);
        blocks.slice(i + 1).forEach((other, after) => {
          const j = i + 1 + after;
          // The narrower block is written out, a few columns at a time, and meets the other in its own form.
          const [wide, narrow, row, column] =
            block.columns >= other.columns
              ? [block, other, offsets[i]!, offsets[j]!]
              : [other, block, offsets[j]!, offsets[i]!];
          inColumnChunks(narrow.columns, (from, to) => {
            const part = narrow.multiply(identityColumns(narrow.columns, from, to));
            if (weights !== undefined) scaleRows(part, weights);
            setSymmetric(result, wide.transposedMultiply(part), row, column + from);
          });
        });
      });
      return result;
    },
    columnSums(weights) {
      const sums = new Float64Array(columns);
      blocks.forEach((block, at) => {
        sums.set(block.columnSums(weights), offsets[at]);
      });
      return sums;
    },
    rowSums() {
      const sums = dense(rows, 1);
      for (const block of blocks) addTo(sums, dense(rows, 1, block.rowSums()));
      return sums.data;
    },
    slice: (picked) =>
      stackColumns(
        blocks.map((block) => block.slice(picked)),
        picked.length,
      ),
  };
}

/** Where each block's columns begin in the stack. */
export function columnOffsets(blocks: readonly { readonly columns: number }[]): number[] {
  let offset = 0;
  return blocks.map(({ columns }) => (offset += columns) - columns);
}

/** Rows `from` … `from + count − 1` of X, without a copy. */
export function rowRange(x: Dense, from: number, count: number): Dense {
  return dense(count, x.columns, x.data.subarray(from * x.columns, (from + count) * x.columns));
}

export function addTo(into: Dense, x: Dense): void {
  for (let at = 0; at < x.data.length; at++) into.data[at]! += x.data[at]!;
}

export function concatRows(parts: readonly Dense[], rows: number, columns: number): Dense {
  const result = dense(rows, columns);
  let offset = 0;
  for (const part of parts) {
    result.data.set(part.data, offset);
    offset += part.data.length;
  }
  return result;
}

/** diag(w) X, in place. */
export function scaleRows(x: Dense, weights: Float64Array): void {
  for (let row = 0; row < x.rows; row++)
    for (let j = 0; j < x.columns; j++) x.data[row * x.columns + j]! *= weights[row]!;
}

export function setBlock(into: Dense, block: Dense, row: number, column: number): void {
  for (let i = 0; i < block.rows; i++)
    into.data.set(
      block.data.subarray(i * block.columns, (i + 1) * block.columns),
      (row + i) * into.columns + column,
    );
}

/** Sets a block off the diagonal and its transpose on the other side. */
export function setSymmetric(into: Dense, block: Dense, row: number, column: number): void {
  setBlock(into, block, row, column);
  for (let i = 0; i < block.rows; i++)
    for (let j = 0; j < block.columns; j++)
      into.data[(column + j) * into.columns + row + i] = block.data[i * block.columns + j]!;
}

/** Visits column ranges so narrow that a dense product of that width stays small beside the table itself. */
export function inColumnChunks(columns: number, visit: (from: number, to: number) => void): void {
  const width = 16;
  for (let from = 0; from < columns; from += width) visit(from, Math.min(columns, from + width));
}
