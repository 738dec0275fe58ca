import { dense, transpose } from './dense-array.js';
import type { Dense, Matrix, MatrixKernels, TransposedSum } from './matrix.js';

/** Numbers in a block of a streamed product: 32 KiB, so that it stays in the first cache beside what it is made from. */
const BLOCK_NUMBERS = 4096;

/** Rows of a block p columns wide. */
export function blockRows(p: number): number {
  return Math.max(64, Math.floor(BLOCK_NUMBERS / Math.max(1, p)));
}

/**
 * All operators of a Matrix, from the kernels of one form.
 * @param better operators that this form has a better way for
 */
export function matrixOf(
  kernels: MatrixKernels,
  better: Partial<
    Pick<Matrix, 'multiplyInto' | 'productBlocks' | 'transposedMultiplyInto' | 'transposedSum'>
  > = {},
): Matrix {
  const { rows, columns } = kernels;
  const matrix: Matrix = {
    ...kernels,
    multiply(x) {
      const result = dense(rows, x.columns);
      matrix.multiplyInto(result, x);
      return result;
    },
    multiplyInto(into, x) {
      checkProduct(matrix, into, x);
      into.data.fill(0);
      kernels.addProduct(into, x, 0, 0, rows);
    },
    productBlocks(x, visit) {
      inRowBlocks(rows, x.columns, (from, block) => {
        block.data.fill(0);
        kernels.addProduct(block, x, 0, from, from + block.rows);
        visit(from, block);
      });
    },
    transposedMultiply(y) {
      const result = dense(columns, y.columns);
      matrix.transposedMultiplyInto(result, y);
      return result;
    },
    transposedMultiplyInto(into, y) {
      checkTransposedProduct(matrix, into, y);
      into.data.fill(0);
      kernels.addTransposed(into, 0, y, 0, rows);
    },
    transposedSum: (p) => plainTransposedSum(kernels, p),
    leftMultiply(x) {
      return transpose(matrix.transposedMultiply(transpose(x)));
    },
    sum() {
      return matrix.columnSums().reduce((sum, value) => sum + value, 0);
    },
    ...better,
  };
  return matrix;
}

/** Calls `visit` for consecutive rows with one block that is used over and over. */
export function inRowBlocks(rows: number, p: number, visit: (from: number, block: Dense) => void): void {
  const height = Math.min(rows, blockRows(p));
  const full = dense(height, p);
  for (let from = 0; from < rows; from += height) {
    const count = Math.min(height, rows - from);
    visit(from, count === height ? full : dense(count, p, full.data.subarray(0, count * p)));
  }
}

function plainTransposedSum(kernels: MatrixKernels, p: number): TransposedSum {
  const sum = dense(kernels.columns, p);
  return {
    add(firstRow, block) {
      kernels.addTransposed(sum, 0, block, firstRow, firstRow + block.rows);
    },
    finishInto(into) {
      into.data.set(sum.data);
      sum.data.fill(0);
    },
  };
}

/** @throws RangeError unless X is c × p and `into` r × p */
export function checkProduct({ rows, columns }: MatrixKernels, into: Dense, x: Dense): void {
  if (x.rows !== columns) throw new RangeError(`${rows} × ${columns} times ${x.rows} × ${x.columns}`);
  if (into.rows !== rows || into.columns !== x.columns)
    throw new RangeError(`${rows} × ${x.columns} does not fit into ${into.rows} × ${into.columns}`);
}

/** @throws RangeError unless Y is r × p and `into` c × p */
export function checkTransposedProduct({ rows, columns }: MatrixKernels, into: Dense, y: Dense): void {
  if (y.rows !== rows) throw new RangeError(`transposed ${rows} × ${columns} times ${y.rows} × ${y.columns}`);
  if (into.rows !== columns || into.columns !== y.columns)
    throw new RangeError(`${columns} × ${y.columns} does not fit into ${into.rows} × ${into.columns}`);
}

/** @throws RangeError unless f(0) = 0 */
export function checkZeroPreserving(f: (value: number) => number): void {
  const image = f(0);
  if (image !== 0) throw new RangeError(`f(0) is ${image}, but cells that are not kept stay 0`);
}
