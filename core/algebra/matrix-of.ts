import { BufferPool } from './buffer-pool.js';
import { dense, transpose } from './dense-array.js';
import type { Dense, Matrix, MatrixKernels, TransposedSum } from './matrix.js';
import { threadCount } from './threads/pool.js';
import { isResident } from './wasm/arena.js';

/** Numbers in a block of a streamed product: 64 KiB, which stay in the second cache while they are visited. */
export const BLOCK_NUMBERS = 8192;
/** Where threads share a block, as many times as many: 512 KiB, which are worth a fork and still fit into the second cache. */
const SHARED_BLOCKS = 8;

/** Rows of a block p columns wide. */
export function blockRows(p: number): number {
  return Math.max(64, Math.floor(BLOCK_NUMBERS / Math.max(1, p)));
}

/** The same for blocks that threads may share. */
const sharedBlockRows = (p: number) => (threadCount() > 1 ? SHARED_BLOCKS : 1) * blockRows(p);

/**
 * All operators of a Matrix, from the kernels of one form.
 * @param better operators that this form has a better way for
 */
export function matrixOf(
  kernels: MatrixKernels,
  better: Partial<Pick<Matrix, 'productBlocks' | 'transposedSum'>> = {},
): Matrix {
  const { rows, columns } = kernels;
  const pool = new BufferPool(rows);
  /** The sums of transposedMultiply, by width: kept, so that the next call allocates nothing. */
  const sums = new Map<number, TransposedSum>();
  const matrix: Matrix = {
    // One by one: V8 makes an object that begins with a spread many times as slowly, which a table of one row notices.
    rows,
    columns,
    addProduct: kernels.addProduct,
    addTransposed: kernels.addTransposed,
    gram: kernels.gram,
    columnSums: kernels.columnSums,
    groupedColumnSums: kernels.groupedColumnSums,
    rowSums: kernels.rowSums,
    squaredRowNorms: kernels.squaredRowNorms,
    mapZeroPreserving: kernels.mapZeroPreserving,
    slice: kernels.slice,
    toCsr: kernels.toCsr,
    multiply(x) {
      const result = dense(rows, x.columns);
      matrix.multiplyInto(result, x);
      return result;
    },
    multiplyInto(into, x) {
      checkProduct(matrix, into, x);
      const p = x.columns;
      matrix.productBlocks(x, (firstRow, block) => into.data.set(block.data, firstRow * p));
    },
    productBlocks(x, visit) {
      withReachable(x, pool, (near) => {
        inRowBlocks(rows, x.columns, pool, (from, block) => {
          block.data.fill(0);
          kernels.addProduct(block, near, 0, from, from + block.rows);
          visit(from, block);
        });
      });
    },
    transposedMultiply(y) {
      const result = dense(columns, y.columns);
      matrix.transposedMultiplyInto(result, y);
      return result;
    },
    transposedMultiplyInto(into, y) {
      checkTransposedProduct(matrix, into, y);
      const sum = sums.get(y.columns) ?? matrix.transposedSum(y.columns);
      sums.set(y.columns, sum);
      sum.add(0, y);
      sum.finishInto(into);
    },
    transposedSum(p) {
      const sum = pool.takeZeros(columns, p);
      return {
        add(firstRow, block) {
          inReachableBlocks(block, pool, (row, part) =>
            kernels.addTransposed(sum, 0, part, firstRow + row, firstRow + row + part.rows),
          );
        },
        finishInto(into) {
          into.data.set(sum.data);
          sum.data.fill(0);
        },
      };
    },
    leftMultiply: (x) => transpose(matrix.transposedMultiply(transpose(x))),
    sum: () => matrix.columnSums().reduce((sum, value) => sum + value, 0),
  };
  return Object.assign(matrix, kernels.withSquares && { withSquares: kernels.withSquares }, better);
}

/** Calls `visit` for consecutive rows with one block that is used over and over. */
export function inRowBlocks(
  rows: number,
  p: number,
  pool: BufferPool,
  visit: (from: number, block: Dense) => void,
  most = sharedBlockRows(p),
): void {
  const height = Math.min(rows, most);
  const full = pool.take(height, p);
  try {
    for (let from = 0; from < rows; from += height) {
      const count = Math.min(height, rows - from);
      visit(from, count === height ? full : dense(count, p, full.data.subarray(0, count * p)));
    }
  } finally {
    pool.give(full);
  }
}

/** Calls `use` with X, or a copy of it where compiled kernels reach it. */
export function withReachable(x: Dense, pool: BufferPool, use: (x: Dense) => void): void {
  if (isResident(x.data)) {
    use(x);
    return;
  }
  const copy = pool.take(x.rows, x.columns);
  copy.data.set(x.data);
  try {
    use(copy);
  } finally {
    pool.give(copy);
  }
}

/** Calls `visit` with blocks of Y's rows where compiled kernels reach them: Y itself, or copies one after the other. */
export function inReachableBlocks(
  y: Dense,
  pool: BufferPool,
  visit: (row: number, part: Dense) => void,
): void {
  if (isResident(y.data)) {
    visit(0, y);
    return;
  }
  const p = y.columns;
  // Small ones, which are still in the first caches when they are added: copies that threads share cost more than threads save.
  const copied = (from: number, part: Dense) => {
    part.data.set(y.data.subarray(from * p, (from + part.rows) * p));
    visit(from, part);
  };
  inRowBlocks(y.rows, p, pool, copied, blockRows(p));
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
