import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { factorizedTable } from '../../../core/algebra/factorized-table.js';
import type { Matrix } from '../../../core/algebra/matrix.js';
import { jobSchema, type ModelSpec } from '../../../core/job/schema.js';
import { searchSchema } from '../../../core/job/search-schema.js';
import { draws } from '../../../core/models/draws.js';
import { fitFold, type FoldedRows } from '../../../core/validation/fit-fold.js';
import { FoldMoments } from '../../../core/validation/fold-moments.js';
import { foldsOf } from '../../../core/validation/folds.js';
import { besideTrial, fitSideBySide } from '../../../core/validation/side-by-side.js';

const rows = 120;
const columns = 4;
const random = draws('side by side');
const drawn = (length: number, name: number) => Float64Array.from({ length }, (_, at) => random(at, name));
const T = denseMatrix(
  dense(
    rows,
    columns,
    drawn(rows * columns, 0).map((u) => 2 * u - 1),
  ),
);
const index = Int32Array.from({ length: rows }, (_, row) => row);
const factorized = factorizedTable(rows, [
  { table: T, index, columns: Int32Array.from(Array(columns).keys()) },
]);
const weights = drawn(rows, 1).map((u) => (u < 0.2 ? 0 : u));
const offsets = drawn(rows, 2);
const counts = drawn(rows, 3).map((u, row) => Math.floor(3 * u + 1 + T.multiply(ones()).data[row]! / 4));
const blocks = Int32Array.from({ length: rows }, (_, row) => row % 3);
const folds = foldsOf(blocks, { folds: 3, by: 'rows', seed: 0 });
const names = Array.from({ length: columns }, (_, at) => `x${String(at)}`);
const values = [10, 1, 0.1, 0.01, 1e-3, 1e-4];

function ones() {
  return dense(columns, 1, new Float64Array(columns).fill(1));
}

const specsOf = (type: ModelSpec['type'], settings: object): ModelSpec[] =>
  values.map((l2) => jobSchema.shape.model.parse({ type, l2, tolerance: 1e-11, ...settings }));

/** T that counts how often it is gone through for a product, and of how many columns. */
function counting(table: Matrix) {
  const count = { products: 0, columns: 0 };
  const counted = (width: number) => {
    count.products++;
    count.columns += width;
  };
  const wrap = (matrix: Matrix): Matrix => ({
    ...matrix,
    multiply(x) {
      counted(x.columns);
      return matrix.multiply(x);
    },
    transposedMultiply(y) {
      counted(y.columns);
      return matrix.transposedMultiply(y);
    },
    slice: (picked) => wrap(matrix.slice(picked)),
  });
  return { count, table: wrap(table) };
}

describe.each([
  ['materialized', T],
  ['factorized', factorized],
])('on the %s table', (_form, table) => {
  test.each([
    ['linear-regression', {}, counts],
    ['linear-regression', { solver: 'l-bfgs' }, counts],
    ['linear-regression', { l1: 0.05 }, counts],
    ['logistic-regression', { classWeights: 'balanced' }, counts.map((count) => Number(count > 1))],
    ['poisson-regression', {}, counts],
    ['gamma-regression', {}, counts.map((count) => Math.max(count, 0) + 0.5)],
    ['huber-regression', { delta: 0.5 }, counts],
    ['quantile-regression', { quantile: 0.5, tolerance: 1e-4 }, counts],
  ] as const)(
    'values of l2 side by side give a %s %o the measures and parameters that they have one by one, to 1e-10',
    (type, settings, labels) => {
      const given = labels.map((label) => Math.max(label, 0));
      const takesOffsets = !('l1' in settings);
      const folded: FoldedRows = {
        ...{ table, names, labels: given, weights },
        ...(takesOffsets && { offsets }),
      };
      const moments = new FoldMoments(table, blocks, weights);
      const specs = specsOf(type, settings);
      for (const fold of folds) {
        const together = fitSideBySide(folded, specs, fold, moments.of(fold));
        expect(together).toHaveLength(specs.length);
        together.forEach((one, at) => {
          const alone = fitFold(folded, specs[at]!, fold, moments.of(fold));
          expect(one.rounds).toBe(alone.rounds);
          expect(Object.keys(one.measures)).toEqual(Object.keys(alone.measures));
          for (const [name, value] of Object.entries(alone.measures))
            expect((one.measures as unknown as Record<string, number>)[name]).toBeCloseTo(
              value as number,
              10,
            );
          one.end.parameters.data.forEach((value, column) =>
            expect(Math.abs(value - alone.end.parameters.data[column]!)).toBeLessThan(1e-10),
          );
          expect(Math.abs(one.end.own[0]! - alone.end.own[0]!)).toBeLessThan(1e-10);
        });
      }
    },
  );
});

test('each value stops by itself, and the table is gone through as often as the longest training needs', () => {
  const labels = counts.map((count) => Number(count > 1));
  const specs = specsOf('logistic-regression', {});
  const [fold] = folds;
  const passes = (fit: (folded: FoldedRows) => readonly { rounds: number }[]) => {
    const { count, table } = counting(T);
    return { rounds: fit({ table, names, labels }).map((one) => one.rounds), ...count };
  };
  const moments = new FoldMoments(T, blocks, undefined);
  const alone = passes((folded) => specs.map((spec) => fitFold(folded, spec, fold!, moments.of(fold!))));
  const beside = passes((folded) => fitSideBySide(folded, specs, fold!, moments.of(fold!)));
  expect(beside.rounds).toEqual(alone.rounds);
  expect(new Set(beside.rounds).size).toBeGreaterThan(1);
  const [longest, all] = [Math.max(...alone.rounds), alone.rounds.reduce((sum, one) => sum + one, 0)];
  // Two a round; and one for the rows that were left out.
  expect(alone.products).toBe(2 * all + specs.length);
  expect(beside.products).toBe(2 * longest + specs.length);
  expect(beside.columns).toBe(alone.columns);
  expect({ alone: 2 * all, beside: 2 * longest }).toEqual({ alone: 98, beside: 18 });
});

describe('trials that are trained side by side', () => {
  const search = (over: object) => searchSchema.parse({ over });
  const l2 = search({ l2: values });
  const specs = Array.from({ length: 20 }, () => specsOf('logistic-regression', {})[0]!);

  test('are eight at the most, the same ones whichever of them is asked for', () => {
    expect(besideTrial(l2, 0, specs, 100)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const trial of [8, 11, 15]) expect(besideTrial(l2, trial, specs, 100)[0]).toBe(8);
    expect(besideTrial(l2, 19, specs, 100)).toEqual([16, 17, 18, 19]);
  });

  test('are fewer where there are many rows, and one where one fills the memory', () => {
    expect(besideTrial(l2, 5, specs, 200_000)).toEqual([3, 4, 5]);
    expect(besideTrial(l2, 5, specs, 10_000_000)).toEqual([5]);
  });

  test('are none on a path, where each begins at the end of another', () => {
    expect(besideTrial(search({ l1: { path: 20 } }), 5, specs, 100)).toEqual([5]);
  });
});
