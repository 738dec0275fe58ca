import { afterAll, expect, test } from 'vitest';
import { csrMatrix } from '../../core/algebra/csr.js';
import { dense, denseMatrix } from '../../core/algebra/dense.js';
import { factorizedTable } from '../../core/algebra/factorized-table.js';
import type { Dense, Matrix } from '../../core/algebra/matrix.js';
import { oneHotMatrix } from '../../core/algebra/one-hot.js';
import { stackColumns } from '../../core/algebra/stack.js';
import { kernelMode } from '../../core/algebra/wasm/arena.js';

// A step that is made again after a crash gives the same bits wherever it is made: in a process whose memory for compiled kernels
// is full as in one that has room.

const TARGET = 3001;
const SOURCE = 257;

/** Numbers that do not add up without rounding, the same at every call. */
function numbers(length: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1 + state / 2 ** 50;
  });
}

/** Positions below `below`, and −1 in about `none` of `below` + `none` cases. */
const codes = (length: number, below: number, seed: number, none = 0) =>
  Int32Array.from(numbers(length, seed), (x) =>
    Math.max(-1, Math.floor(((x + 1) / 2) * (below + none)) - none),
  );

function source(rows: number, seed: number): Matrix {
  const perRow = 3;
  const sparse = csrMatrix({
    rows,
    columns: 40,
    rowStarts: Int32Array.from({ length: rows + 1 }, (_, row) => row * perRow),
    columnIndices: Int32Array.from(
      { length: rows * perRow },
      (_, at) => (at % perRow) * 13 + ((at * 7) % 13),
    ),
    values: numbers(rows * perRow, seed + 1),
  });
  const categories = oneHotMatrix(rows, [{ levels: 11, codes: codes(rows, 11, seed + 2, 1) }]);
  return stackColumns([denseMatrix(dense(rows, 7, numbers(rows * 7, seed))), categories, sparse], rows);
}

function tableAndForms(): Record<string, Matrix> {
  const identity = Int32Array.from({ length: TARGET }, (_, row) => row);
  return {
    'a dense table': denseMatrix(dense(TARGET, 9, numbers(TARGET * 9, 5))),
    'a mixed table': source(TARGET, 7),
    'a factorized table': factorizedTable(TARGET, [
      { table: source(TARGET, 11), index: identity },
      { table: source(SOURCE, 17), index: codes(TARGET, SOURCE, 19, 20) },
      { table: source(SOURCE, 23), index: codes(TARGET, SOURCE, 29) },
    ]),
  };
}

const operators: Record<string, (table: Matrix) => Float64Array> = {
  'T x': (table) => table.multiply(columns(table.columns, 1)).data,
  'T X, p = 3': (table) => table.multiply(columns(table.columns, 3)).data,
  'T X, p = 5': (table) => table.multiply(columns(table.columns, 5)).data,
  'Tᵀ y': (table) => table.transposedMultiply(columns(table.rows, 1)).data,
  'Tᵀ Y, p = 3': (table) => table.transposedMultiply(columns(table.rows, 3)).data,
  'Tᵀ Y, p = 5': (table) => table.transposedMultiply(columns(table.rows, 5)).data,
  'Tᵀ diag(w) T': (table) => table.gram(numbers(table.rows, 31)).data,
  'column sums': (table) => table.columnSums(numbers(table.rows, 37)),
  'column sums of groups': (table) => table.groupedColumnSums(codes(table.rows, 5, 43, 1), 5).data,
  'row sums': (table) => table.rowSums(),
  'squared row norms': (table) => table.squaredRowNorms(),
};

function columns(rows: number, p: number): Dense {
  return dense(rows, p, numbers(rows * p, 41 + p));
}

afterAll(() => {
  kernelMode.value = 'auto';
});

test.each(Object.keys(operators))('%s has the same bits from plain and from compiled kernels', (name) => {
  const results = (['plain', 'compiled'] as const).map((mode) => {
    kernelMode.value = mode;
    return Object.entries(tableAndForms()).map(([form, table]) => [form, operators[name]!(table)] as const);
  });
  const [plain = [], compiled = []] = results;
  plain.forEach(([form, data], at) => {
    const other = compiled[at]![1];
    const differing = data.reduce((count, value, i) => count + (Object.is(value, other[i]) ? 0 : 1), 0);
    expect(differing, form).toBe(0);
  });
});
