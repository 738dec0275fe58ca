import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { factorizedTable } from '../../core/algebra/factorized-table.js';
import type { Dense } from '../../core/algebra/matrix.js';
import { denseOf, integration, matrixOf } from '../support/arbitrary-integration.js';

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

const scene = integration.chain(({ rows, sources, cells }) => {
  const table = factorizedTable(rows, sources);
  return fc.record({
    table: fc.constant(table),
    t: fc.constant(denseOf(cells, table.columns)),
    x: fc.integer({ min: 1, max: 3 }).chain((p) => matrixOf(table.columns, p)),
    y: fc.integer({ min: 1, max: 3 }).chain((p) => matrixOf(rows, p)),
    weights: matrixOf(rows, 1).map(({ data }) => data),
    picked: fc.array(fc.integer({ min: 0, max: Math.max(0, rows - 1) }), { maxLength: rows }),
  });
});

describe('a factorized table equals the materialized one to 1e-10, with missing matches, repetitions and unreferenced rows', () => {
  const holds = (property: (s: typeof scene extends fc.Arbitrary<infer S> ? S : never) => number) => {
    fc.assert(
      fc.property(scene, (s) => {
        expect(property(s)).toBeLessThan(1e-10);
      }),
      { numRuns: 300 },
    );
  };

  test('T X', () => {
    holds(({ table, t, x }) =>
      difference(
        table.multiply(x).data,
        product(
          t.rows,
          t.columns,
          x.columns,
          (i, k) => at(t, i, k),
          (k, j) => at(x, k, j),
        ),
      ),
    );
  });

  test('Tᵀ Y', () => {
    holds(({ table, t, y }) =>
      difference(
        table.transposedMultiply(y).data,
        product(
          t.columns,
          t.rows,
          y.columns,
          (i, k) => at(t, k, i),
          (k, j) => at(y, k, j),
        ),
      ),
    );
  });

  test('Tᵀ T and Tᵀ diag(w) T', () => {
    holds(({ table, t, weights }) =>
      Math.max(
        difference(
          table.gram().data,
          product(
            t.columns,
            t.rows,
            t.columns,
            (i, k) => at(t, k, i),
            (k, j) => at(t, k, j),
          ),
        ),
        difference(
          table.gram(weights).data,
          product(
            t.columns,
            t.rows,
            t.columns,
            (i, k) => at(t, k, i),
            (k, j) => weights[k]! * at(t, k, j),
          ),
        ),
      ),
    );
  });

  test('column sums, weighted column sums and row sums', () => {
    holds(({ table, t, weights }) =>
      Math.max(
        difference(
          table.columnSums(),
          product(
            1,
            t.rows,
            t.columns,
            () => 1,
            (k, j) => at(t, k, j),
          ),
        ),
        difference(
          table.columnSums(weights),
          product(
            1,
            t.rows,
            t.columns,
            (_, k) => weights[k]!,
            (k, j) => at(t, k, j),
          ),
        ),
        difference(
          table.rowSums(),
          product(
            t.rows,
            t.columns,
            1,
            (i, k) => at(t, i, k),
            () => 1,
          ),
        ),
      ),
    );
  });

  test('rows picked, in any order and repeated', () => {
    holds(({ table, t, x, picked }) => {
      if (t.rows === 0) return 0;
      const slice = table.slice(Int32Array.from(picked));
      return difference(
        slice.multiply(x).data,
        product(
          picked.length,
          t.columns,
          x.columns,
          (i, k) => at(t, picked[i]!, k),
          (k, j) => at(x, k, j),
        ),
      );
    });
  });
});
