import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { dense, denseMatrix as asMatrix } from '../../core/algebra/dense.js';
import { factorizedTable } from '../../core/algebra/factorized-table.js';
import { interactionColumns, type PlacedColumn } from '../../core/algebra/interactions.js';
import type { Dense, Matrix } from '../../core/algebra/matrix.js';
import { stackColumns } from '../../core/algebra/stack.js';
import { kernelMode } from '../../core/algebra/wasm/arena.js';
import { withSquares } from '../../core/algebra/with-squares.js';
import { anyIntegration, denseOf, matrixOf } from '../support/arbitrary-integration.js';

/** Largest difference relative to the largest magnitude. */
function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  return Math.max(0, ...Array.from(expected, (value, i) => Math.abs(actual[i]! - value) / scale));
}

const at = (x: Dense, i: number, j: number) => x.data[i * x.columns + j]!;

/** Σ_k a(i,k) b(k,j), the definition of a product. */
function product(
  rows: number,
  inner: number,
  columns: number,
  a: (i: number, k: number) => number,
  b: (k: number, j: number) => number,
) {
  return Array.from({ length: rows * columns }, (_, n) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a(Math.floor(n / columns), k) * b(k, n % columns);
    return sum;
  });
}

const times = (t: Dense, x: Dense) =>
  product(t.rows, t.columns, x.columns, (i, k) => at(t, i, k), (k, j) => at(x, k, j)); // prettier-ignore
const transposedTimes = (t: Dense, y: Dense) =>
  product(t.columns, t.rows, y.columns, (i, k) => at(t, k, i), (k, j) => at(y, k, j)); // prettier-ignore
const gramOf = (t: Dense, weights: ArrayLike<number>) =>
  product(t.columns, t.rows, t.columns, (i, k) => at(t, k, i), (k, j) => weights[k]! * at(t, k, j)); // prettier-ignore
const rowsOf = (t: Dense) =>
  Array.from({ length: t.rows }, (_, i) => [...t.data.subarray(i * t.columns, (i + 1) * t.columns)]);
const total = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value, 0);
const ones = (length: number) => new Float64Array(length).fill(1);

const groupCount = 3;
const widths = fc.constantFrom(1, 2, 3, 5, 6);
const scene = anyIntegration.chain(({ rows, columns, sources, cells }) =>
  fc.record({
    table: fc.constant(factorizedTable(rows, sources)),
    t: fc.constant(denseOf(cells, columns)),
    x: widths.chain((p) => matrixOf(columns, p)),
    y: widths.chain((p) => matrixOf(rows, p)),
    left: widths.chain((p) => matrixOf(p, rows)),
    weights: matrixOf(rows, 1).map(({ data }) => data),
    groups: fc.array(fc.integer({ min: -1, max: groupCount - 1 }), { minLength: rows, maxLength: rows }),
    picked:
      rows === 0
        ? fc.constant<number[]>([])
        : fc.array(fc.integer({ min: 0, max: rows - 1 }), { maxLength: rows }),
    cut: fc.integer({ min: 0, max: rows }),
  }),
);
type Scene = typeof scene extends fc.Arbitrary<infer S> ? S : never;

function holds(property: (s: Scene) => number): void {
  fc.assert(
    fc.property(scene, (s) => {
      expect(property(s)).toBeLessThan(1e-10);
    }),
    { numRuns: 150 },
  );
}

describe.each(['plain', 'compiled'] as const)('%s kernels', (mode) => {
  beforeEach(() => {
    kernelMode.value = mode;
  });
  afterAll(() => {
    kernelMode.value = 'auto';
  });

  describe('a factorized table equals the materialized one to 1e-10, over dense, sparse and one-hot sources with missing matches, repetitions, unreferenced rows and shared target columns', () => {
    test('T X', () => {
      holds(({ table, t, x }) => difference(table.multiply(x).data, times(t, x)));
    });

    test('Tᵀ Y', () => {
      holds(({ table, t, y }) => difference(table.transposedMultiply(y).data, transposedTimes(t, y)));
    });

    test('X T', () => {
      holds(({ table, t, left }) => difference(table.leftMultiply(left).data, times(left, t)));
    });

    test('Tᵀ T and Tᵀ diag(w) T', () => {
      holds(({ table, t, weights }) =>
        Math.max(
          difference(table.gram().data, gramOf(t, ones(t.rows))),
          difference(table.gram(weights).data, gramOf(t, weights)),
        ),
      );
    });

    test('column sums, weighted column sums, row sums, squared row norms and the sum', () => {
      holds(({ table, t, weights }) =>
        Math.max(
          difference(table.columnSums(), transposedTimes(t, dense(t.rows, 1, ones(t.rows)))),
          difference(table.columnSums(weights), transposedTimes(t, dense(t.rows, 1, weights))),
          difference(table.rowSums(), rowsOf(t).map(total)),
          difference(
            table.squaredRowNorms(),
            rowsOf(t).map((row) => total(row.map((value) => value ** 2))),
          ),
          difference([table.sum()], [total([...t.data])]),
        ),
      );
    });

    test('column sums of each group of rows', () => {
      holds(({ table, t, groups }) => {
        const indicator = denseOf(
          groups.map((group) => Array.from({ length: groupCount }, (_, j) => (group === j ? 1 : 0))),
          groupCount,
        );
        return difference(
          table.groupedColumnSums(Int32Array.from(groups), groupCount).data,
          transposedTimes(t, indicator),
        );
      });
    });

    test('f of every cell where f(0) = 0, and no other f', () => {
      holds(({ table, t, x }) => {
        const squared = dense(
          t.rows,
          t.columns,
          t.data.map((value) => value * value),
        );
        expect(() => table.mapZeroPreserving((value) => value + 1)).toThrow(RangeError);
        return difference(
          table.mapZeroPreserving((value) => value * value).multiply(x).data,
          times(squared, x),
        );
      });
    });

    test('beside the squares of its cells', () => {
      holds(({ table, t, y, weights }) => {
        const both = denseOf(
          rowsOf(t).map((row) => [...row, ...row.map((value) => value * value)]),
          2 * t.columns,
        );
        const x = dense(
          2 * t.columns,
          2,
          Float64Array.from({ length: 4 * t.columns }, (_, n) => (n % 7) - 3),
        );
        const squared = withSquares(table);
        expect(withSquares(table)).toBe(squared);
        return Math.max(
          difference(squared.multiply(x).data, times(both, x)),
          difference(squared.transposedMultiply(y).data, transposedTimes(both, y)),
          difference(squared.gram(weights).data, gramOf(both, weights)),
        );
      });
    });

    test('rows picked, in any order and repeated', () => {
      holds(({ table, t, x, picked }) => {
        const rows = rowsOf(t);
        const expected = denseOf(
          picked.map((row) => rows[row]!),
          t.columns,
        );
        const slice = table.slice(Int32Array.from(picked));
        return Math.max(
          difference(slice.multiply(x).data, times(expected, x)),
          difference(slice.gram().data, gramOf(expected, ones(picked.length))),
        );
      });
    });

    test('written out as sparse rows', () => {
      holds(({ table, t }) => {
        const { rows, columns, rowStarts, columnIndices, values } = table.toCsr();
        const written = dense(rows, columns);
        for (let row = 0; row < rows; row++)
          for (let entry = rowStarts[row]!; entry < rowStarts[row + 1]!; entry++)
            written.data[row * columns + columnIndices[entry]!]! += values?.[entry] ?? 1;
        return difference(written.data, t.data);
      });
    });

    test('inside a stack, and a stack of stacks, beside other columns', () => {
      holds(({ table, t, x, y, weights }) => {
        const stack = stackColumns([table, stackColumns([table], t.rows)], t.rows);
        const twice = denseOf(
          rowsOf(t).map((row) => [...row, ...row]),
          2 * t.columns,
        );
        const xx = dense(2 * x.rows, x.columns, Float64Array.from([...x.data, ...x.data]));
        return Math.max(
          difference(stack.multiply(xx).data, times(twice, xx)),
          difference(stack.transposedMultiply(y).data, transposedTimes(twice, y)),
          difference(stack.gram(weights).data, gramOf(twice, weights)),
          difference(stack.squaredRowNorms(), rowsOf(twice).map((row) => total(row.map((v) => v ** 2)))), // prettier-ignore
        );
      });
    });
  });

  describe('products in blocks and in given arrays', () => {
    const streamed = (table: Matrix, x: Dense) => {
      const result = dense(table.rows, x.columns);
      let next = 0;
      table.productBlocks(x, (firstRow, block) => {
        expect(firstRow).toBe(next);
        next += block.rows;
        result.data.set(block.data, firstRow * x.columns);
        block.data.fill(NaN);
      });
      expect(next).toBe(table.rows);
      return result;
    };

    test('blocks make up T X to the bit, whatever the visitor does to them and however often it is asked', () => {
      holds(({ table, x }) => {
        const expected = table.multiply(x).data;
        for (let time = 0; time < 2; time++) expect(streamed(table, x).data).toEqual(expected);
        return 0;
      });
    });

    test('a table of several blocks', () => {
      const rows = 10_000;
      const index = Int32Array.from({ length: rows }, (_, t) => (t % 7 === 0 ? -1 : (t * 31) % 9));
      const source = denseOf(
        Array.from({ length: 9 }, (_, i) => [i, 1 / (i + 1)]),
        2,
      );
      const table = factorizedTable(rows, [{ table: stackColumns([asMatrix(source)]), index }]);
      for (const p of [1, 5, 6]) {
        const x = dense(
          2,
          p,
          Float64Array.from({ length: 2 * p }, (_, at) => at - 3),
        );
        const expected = table.multiply(x);
        expect(streamed(table, x).data).toEqual(expected.data);
        const sum = table.transposedSum(p);
        table.productBlocks(x, (firstRow, block) => sum.add(firstRow, block));
        const into = dense(2, p);
        sum.finishInto(into);
        expect(into.data).toEqual(table.transposedMultiply(expected).data);
      }
    });

    test('a product within a product keeps to itself', () => {
      holds(({ table, x }) => {
        const expected = table.multiply(x).data;
        const other = dense(x.rows, x.columns, x.data.map((value) => 2 * value + 1)); // prettier-ignore
        table.productBlocks(x, (firstRow, block) => {
          table.multiply(other);
          expect(block.data).toEqual(
            expected.slice(firstRow * x.columns, (firstRow + block.rows) * x.columns),
          );
        });
        return 0;
      });
    });

    test('given arrays are overwritten, with the same bits', () => {
      holds(({ table, x, y }) => {
        const into = dense(table.rows, x.columns, new Float64Array(table.rows * x.columns).fill(NaN));
        table.multiplyInto(into, x);
        expect(into.data).toEqual(table.multiply(x).data);
        const down = dense(table.columns, y.columns, new Float64Array(table.columns * y.columns).fill(NaN));
        table.transposedMultiplyInto(down, y);
        expect(down.data).toEqual(table.transposedMultiply(y).data);
        return 0;
      });
    });

    test('a sum over blocks equals Tᵀ Y, and begins anew when finished', () => {
      holds(({ table, t, y, cut }) => {
        const sum = table.transposedSum(y.columns);
        const into = dense(t.columns, y.columns);
        let worst = 0;
        for (let time = 0; time < 2; time++) {
          for (const [from, to] of [
            [0, cut],
            [cut, t.rows],
          ] as const)
            // prettier-ignore
            sum.add(from, dense(to - from, y.columns, y.data.subarray(from * y.columns, to * y.columns)));
          sum.finishInto(into);
          worst = Math.max(worst, difference(into.data, transposedTimes(t, y)));
        }
        return worst;
      });
    });
  });

  test('columns of products over two parties behave as if they had been built', () => {
    holds(({ t, groups, weights, y }) => {
      const values = Float64Array.from({ length: groupCount }, (_, i) => i - 0.5);
      const a: PlacedColumn = { values, index: Int32Array.from(groups) };
      const b: PlacedColumn = {
        values: weights,
        index: Int32Array.from(groups, (_, row) => (row % 3 === 0 ? -1 : row)),
      };
      const matrix = interactionColumns(t.rows, [
        [a, b],
        [a, a],
      ]);
      const of = (column: PlacedColumn, row: number) => column.values[column.index[row]!] ?? 0;
      const built = denseOf(
        groups.map((_, row) => [of(a, row) * of(b, row), of(a, row) ** 2]),
        2,
      );
      const x = dense(2, 2, Float64Array.of(1, -2, 0.5, 3));
      return Math.max(
        difference(matrix.multiply(x).data, times(built, x)),
        difference(matrix.transposedMultiply(y).data, transposedTimes(built, y)),
        difference(matrix.gram(weights).data, gramOf(built, weights)),
        difference(matrix.columnSums(weights), transposedTimes(built, dense(t.rows, 1, weights))),
        difference(matrix.rowSums(), rowsOf(built).map(total)),
        difference(stackColumns([asMatrix(t), matrix], t.rows).gram().data, gramOf(denseOf(rowsOf(t).map((row, i) => [...row, ...rowsOf(built)[i]!]), t.columns + 2), ones(t.rows))), // prettier-ignore
      );
    });
  });
});

describe('what does not fit is refused', () => {
  const source = asMatrix(dense(2, 2));
  const index = Int32Array.of(0, 1, -1);

  test.each([
    ['an index vector of another length', () => factorizedTable(4, [{ table: source, index }])],
    [
      'a source row that is not there',
      () => factorizedTable(1, [{ table: source, index: Int32Array.of(2) }]),
    ],
    [
      'two columns for one target column',
      () => factorizedTable(3, [{ table: source, index, columns: Int32Array.of(1, 1) }]),
    ],
    [
      'too few target columns',
      () => factorizedTable(3, [{ table: source, index, columns: Int32Array.of(1) }]),
    ],
    ['a source row below −1', () => factorizedTable(1, [{ table: source, index: Int32Array.of(-2) }])],
    [
      'a group that is not there',
      () => factorizedTable(3, [{ table: source, index }]).groupedColumnSums(Int32Array.of(0, 1, 2), 2),
    ],
    ['X of another height', () => factorizedTable(3, [{ table: source, index }]).multiply(dense(3, 1))],
    ['Y of another height', () => source.transposedMultiply(dense(3, 1))],
    ['an array of another shape', () => source.multiplyInto(dense(2, 2), dense(2, 1))],
    ['blocks of different heights', () => stackColumns([source, asMatrix(dense(3, 1))])],
  ])('%s', (_, attempt) => {
    expect(attempt).toThrow(RangeError);
  });
});
