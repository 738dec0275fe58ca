import { stackedCrossProduct } from './cross-product.js';
import { joinCsr } from './csr-arrays.js';
import { columnVector, dense } from './dense-array.js';
import { matrixOf } from './matrix-of.js';
import type { Dense, Matrix } from './matrix.js';

/** [D_1 D_2 …]: blocks of the same rows side by side. @throws RangeError where a block has other rows */
export function stackColumns(blocks: readonly Matrix[], rows = blocks[0]?.rows ?? 0): Matrix {
  for (const block of blocks)
    if (block.rows !== rows) throw new RangeError(`a block of ${block.rows} rows beside ${rows} rows`);
  const columns = blocks.reduce((sum, block) => sum + block.columns, 0);
  const offsets = columnOffsets(blocks);
  const addUp = (part: (block: Matrix) => Float64Array) => {
    const sums = dense(rows, 1);
    for (const block of blocks) addTo(sums, columnVector(part(block)));
    return sums.data;
  };
  return matrixOf({
    rows,
    columns,
    addProduct(into, x, xRow, from, to) {
      for (let at = 0; at < blocks.length; at++)
        blocks[at]!.addProduct(into, x, xRow + offsets[at]!, from, to);
    },
    addTransposed(into, intoRow, y, from, to) {
      for (let at = 0; at < blocks.length; at++)
        blocks[at]!.addTransposed(into, intoRow + offsets[at]!, y, from, to);
    },
    gram(weights) {
      const result = dense(columns, columns);
      blocks.forEach((block, i) => {
        setBlock(result, block.gram(weights), offsets[i]!, offsets[i]!);
        blocks.slice(i + 1).forEach((other, after) => {
          const cross = stackedCrossProduct(block, other, weights);
          setSymmetric(result, cross, offsets[i]!, offsets[i + 1 + after]!);
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
    groupedColumnSums: (groups, count) =>
      concatRows(
        blocks.map((block) => block.groupedColumnSums(groups, count)),
        columns,
        count,
      ),
    rowSums: () => addUp((block) => block.rowSums()),
    squaredRowNorms: () => addUp((block) => block.squaredRowNorms()),
    mapZeroPreserving(f) {
      return stackColumns(
        blocks.map((block) => block.mapZeroPreserving(f)),
        rows,
      );
    },
    slice: (picked) =>
      stackColumns(
        blocks.map((block) => block.slice(picked)),
        picked.length,
      ),
    toCsr: () =>
      joinCsr(
        rows,
        blocks.map((block) => block.toCsr()),
      ),
  });
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
