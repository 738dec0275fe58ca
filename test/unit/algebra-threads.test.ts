import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { argMinRows } from '../../core/algebra/arg-min.js';
import { csrMatrix } from '../../core/algebra/csr.js';
import { dense, denseMatrix } from '../../core/algebra/dense.js';
import { factorizedTable } from '../../core/algebra/factorized-table.js';
import type { Dense, Matrix } from '../../core/algebra/matrix.js';
import { multiplicativeUpdate } from '../../core/algebra/multiplicative-update.js';
import { sigmoidInPlace } from '../../core/algebra/sigmoid.js';
import { forkMode, runningThreads, setThreads } from '../../core/algebra/threads/pool.js';
import { kernelMode } from '../../core/algebra/wasm/arena.js';
import { anyIntegration, matrixOf } from '../support/arbitrary-integration.js';

// Threads change when a result is there, and nothing else: not one bit, whoever computes what.

async function startThreads(count: number): Promise<void> {
  setThreads(count);
  while (runningThreads() < count) await sleep(5);
}

afterEach(() => {
  forkMode.value = 'auto';
  kernelMode.value = 'auto';
});
afterAll(() => {
  setThreads(1);
});

function same(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  let differing = 0;
  for (let at = 0; at < expected.length; at++) if (!Object.is(expected[at], actual[at])) differing++;
  expect(differing, what).toBe(0);
}

const widths = [1, 2, 3, 5, 8, 16, 17];
const groupCount = 3;
const scene = anyIntegration.chain(({ rows, columns, sources, cells }) =>
  fc.record({
    sources: fc.constant(sources),
    cells: fc.constant(cells),
    rows: fc.constant(rows),
    columns: fc.constant(columns),
    x: fc.constantFrom(...widths).chain((p) => matrixOf(columns, p)),
    y: fc.constantFrom(...widths).chain((p) => matrixOf(rows, p)),
    weights: matrixOf(rows, 1).map(({ data }) => data),
    groups: fc.array(fc.integer({ min: 0, max: groupCount - 1 }), { minLength: rows, maxLength: rows }),
  }),
);
type Scene = typeof scene extends fc.Arbitrary<infer S> ? S : never;

/** What every operator gives for the factorized table, and for the same as one sparse and as one dense table. */
function everyOperator({ rows, columns, sources, cells, x, y, weights, groups }: Scene) {
  // Rounding shows in which order a sum was formed.
  const rough = ({ rows: r, columns: c, data }: Dense) =>
    dense(r, c, data.map((value, at) => value / (3 + (at % 7)))); // prettier-ignore
  const [rx, ry] = [rough(x), rough(y)];
  const written = dense(
    rows,
    columns,
    Float64Array.from(cells.flat(), (value, at) => value / (1 + (at % 5))),
  );
  const factorized = factorizedTable(rows, sources);
  const tables = { factorized, sparse: csrMatrix(factorized.toCsr()), written: denseMatrix(written) };
  return Object.entries(tables).flatMap(([form, table]): [string, ArrayLike<number>][] => [
    [`${form} T X`, table.multiply(rx).data],
    [`${form} Tᵀ Y`, table.transposedMultiply(ry).data],
    [`${form} Yᵀ T`, table.leftMultiply(dense(ry.columns, rows, ry.data)).data],
    [`${form} gram`, table.gram(weights).data],
    [`${form} column sums`, table.columnSums(weights)],
    [`${form} column sums of groups`, table.groupedColumnSums(Int32Array.from(groups), groupCount).data],
    [`${form} row sums`, table.rowSums()],
    [`${form} squared row norms`, table.squaredRowNorms()],
    [`${form} fused loop`, fusedLoop(table, rx)],
  ]);
}

/** Blocks that are changed in place and added up, as models may do. */
function fusedLoop(table: Matrix, x: Dense): Float64Array {
  const p = x.columns;
  const sum = table.transposedSum(p);
  const nearest = new Int32Array(table.rows);
  const factor = dense(table.rows, p, new Float64Array(table.rows * p).fill(0.3));
  const [square, sums] = [dense(p, p, new Float64Array(p * p).fill(0.1)), dense(p, p)];
  table.productBlocks(x, (firstRow, block) => {
    argMinRows(block, new Float64Array(p).fill(0.25), nearest, firstRow);
    sigmoidInPlace(block.data);
    const part = factor.data.subarray(firstRow * p, (firstRow + block.rows) * p);
    multiplicativeUpdate(dense(block.rows, p, part), block, square, sums);
    sum.add(firstRow, block);
  });
  const into = dense(table.columns, p);
  sum.finishInto(into);
  return concatenated([into.data, nearest, factor.data, sums.data]);
}

function concatenated(parts: readonly (Float64Array | Int32Array)[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

describe.each([2, 3])('%i threads', (count) => {
  beforeAll(() => startThreads(count));
  // Before anything is generated: tables of any size go where threads reach them.
  beforeEach(() => {
    kernelMode.value = 'compiled';
  });

  test('every operator has the bits of one thread, over dense, sparse, one-hot, unmatched and repeated rows', () => {
    fc.assert(
      fc.property(scene, (s) => {
        forkMode.value = 'never';
        const expected = everyOperator(s);
        forkMode.value = 'others';
        everyOperator(s).forEach(([what, actual], at) => {
          same(actual, expected[at]![1], what);
        });
      }),
      { numRuns: 120 },
    );
  });
});

/** Numbers that do not add up without rounding, the same at every call. */
function numbers(length: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1 + state / 2 ** 50;
  });
}

const ROWS = 70_001;
const SOURCE_ROWS = 5_003;
const PER_ROW = 3;

/** A table of which every product is worth a fork, and goes over several blocks. */
function largeTable(): Matrix {
  const index = (seed: number) =>
    Int32Array.from(numbers(ROWS, seed), (value) =>
      Math.max(-1, Math.floor(((value + 1) / 2) * (SOURCE_ROWS + 9)) - 9),
    );
  const sparse = csrMatrix({
    rows: SOURCE_ROWS,
    columns: 39,
    rowStarts: Int32Array.from({ length: SOURCE_ROWS + 1 }, (_, row) => row * PER_ROW),
    columnIndices: Int32Array.from(
      { length: SOURCE_ROWS * PER_ROW },
      (_, at) => (at % PER_ROW) * 13 + (at % 13),
    ),
    values: numbers(SOURCE_ROWS * PER_ROW, 3),
  });
  return factorizedTable(ROWS, [
    {
      table: denseMatrix(dense(ROWS, 1, numbers(ROWS, 5))),
      index: Int32Array.from({ length: ROWS }, (_, t) => t),
    },
    { table: sparse, index: index(7) },
    {
      table: denseMatrix(dense(SOURCE_ROWS, 12, numbers(SOURCE_ROWS * 12, 9))),
      index: index(11),
    },
  ]);
}

function largeProducts(): [string, Float64Array][] {
  const table = largeTable();
  const sparse = csrMatrix(table.toCsr());
  const groups = Int32Array.from(numbers(ROWS, 13), (value) => Math.floor((value + 1) * 2));
  return [1, 2, 5].flatMap((p): [string, Float64Array][] => {
    const x = dense(table.columns, p, numbers(table.columns * p, 15));
    const y = dense(ROWS, p, numbers(ROWS * p, 17));
    return [
      [`T X, p = ${p}`, table.multiply(x).data],
      [`Tᵀ Y, p = ${p}`, table.transposedMultiply(y).data],
      [`sparse T X, p = ${p}`, sparse.multiply(x).data],
      [`sparse Tᵀ Y, p = ${p}`, sparse.transposedMultiply(y).data],
      [`groups, ${p}`, table.groupedColumnSums(groups, 4).data],
      [`fused loop, p = ${p}`, fusedLoop(table, x)],
    ];
  });
}

test('large tables have the bits of a process that knows of no threads, and results are arrays of their own', async () => {
  setThreads(1);
  const expected = largeProducts();
  await startThreads(2);
  largeProducts().forEach(([what, actual], at) => {
    same(actual, expected[at]![1], what);
    expect(actual.buffer, what).toBeInstanceOf(ArrayBuffer);
  });
});

test('tables of another memory, from before threads were set, give the same', async () => {
  setThreads(1);
  const table = largeTable();
  const y = dense(ROWS, 2, numbers(ROWS * 2, 17));
  const expected = table.transposedMultiply(y).data;
  await startThreads(2);
  same(table.transposedMultiply(y).data, expected, 'Tᵀ Y');
});

test('a number of threads is a whole number from 1', () => {
  for (const count of [0, -1, 1.5, NaN]) expect(() => setThreads(count)).toThrow(RangeError);
});
