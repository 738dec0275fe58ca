import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { columnVector, dense } from '../../../core/algebra/dense.js';
import { interactionColumns, type PlacedColumn } from '../../../core/algebra/interactions.js';
import type { Matrix } from '../../../core/algebra/matrix.js';
import { stackColumns } from '../../../core/algebra/stack.js';
import { entryOf } from '../../../core/entry-of.js';
import { encode } from '../../../core/integration/encode.js';
import { encodedWidth } from '../../../core/integration/encoder.js';
import { openDuckDB } from '../../support/duckdb.js';
import { exactly, sidesOf, type Exact } from '../../support/exactness/exact.js';
import { interacting } from '../../support/exactness/interacting.js';
import {
  integrations,
  localSources,
  nonNegative,
  type Integrated,
} from '../../support/exactness/integrated.js';
import {
  beside,
  columnOf,
  columnSumsOf,
  difference,
  gramOf,
  leftTimes,
  numbersFrom,
  pickedRows,
  rowSumsOf,
  times,
  transposedTimes,
  type PlainTable,
} from '../../support/exactness/plain-rows.js';

let build: (integrated: Integrated) => Promise<Exact | undefined>;
let close: () => void;
beforeAll(async () => {
  const database = await openDuckDB();
  build = exactly(database.query);
  close = database.close;
});
afterAll(() => close());

/** One seed for all properties: they draw the same scenes. A counterexample that takes long to shrink is shown as far as it got. */
const runs = { numRuns: 40, seed: Date.now(), interruptAfterTimeLimit: 15_000 };

/** Holds for the training and the test rows of T in both its forms. */
async function holds(
  property: (table: Matrix, expected: PlainTable, seed: number) => number,
  from: fc.Arbitrary<Integrated> = integrations,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(from, async (integrated) => {
      const exact = await build(integrated);
      if (!exact) return;
      for (const { table, expected } of sidesOf(exact)) {
        expect([table.rows, table.columns]).toEqual([expected.rows.length, expected.columns]);
        expect(property(table, expected, integrated.salt)).toBeLessThan(1e-10);
      }
    }),
    runs,
  );
}

const matrix = (seed: number, rows: number, columns: number) =>
  dense(rows, columns, numbersFrom(seed, rows * columns));
const most = (...differences: number[]) => differences.reduce((one, other) => Math.max(one, other), 0);

describe('T, factorized or materialized, equals the SQL that defines scenarios, ownership and encodings, to 1e-10: over joins of any kind, overlaps, NULLs, repetitions and empty tables', () => {
  test('T X', () =>
    holds((table, t, seed) =>
      most(
        ...[1, 3].map((p) => {
          const x = matrix(seed, t.columns, p);
          return difference(table.multiply(x).data, times(t, x));
        }),
      ),
    ));

  test('T X in blocks of rows, and Tᵀ Y added up from them', () =>
    holds((table, t, seed) => {
      const [x, y] = [matrix(seed, t.columns, 3), matrix(seed + 1, t.rows.length, 3)];
      const streamed = new Float64Array(t.rows.length * 3);
      const sum = table.transposedSum(3);
      table.productBlocks(x, (firstRow, { rows, data }) => {
        streamed.set(data, firstRow * 3);
        sum.add(firstRow, dense(rows, 3, y.data.slice(firstRow * 3, (firstRow + rows) * 3)));
      });
      const added = dense(t.columns, 3);
      sum.finishInto(added);
      return most(difference(streamed, times(t, x)), difference(added.data, transposedTimes(t, y)));
    }));

  test('Tᵀ Y', () =>
    holds((table, t, seed) =>
      most(
        ...[1, 3].map((p) => {
          const y = matrix(seed, t.rows.length, p);
          return difference(table.transposedMultiply(y).data, transposedTimes(t, y));
        }),
      ),
    ));

  test('X T', () =>
    holds((table, t, seed) => {
      const x = matrix(seed, 3, t.rows.length);
      return difference(table.leftMultiply(x).data, leftTimes(t, x));
    }));

  test('Tᵀ T and Tᵀ diag(w) T', () =>
    holds((table, t, seed) => {
      const w = numbersFrom(seed, t.rows.length);
      return most(difference(table.gram().data, gramOf(t)), difference(table.gram(w).data, gramOf(t, w)));
    }));

  test('column sums, weighted column sums, row sums, squared row norms and the sum', () =>
    holds((table, t, seed) => {
      const w = numbersFrom(seed, t.rows.length);
      const sums = rowSumsOf(t);
      return most(
        difference(table.columnSums(), columnSumsOf(t)),
        difference(table.columnSums(w), columnSumsOf(t, w)),
        difference(table.rowSums(), sums),
        difference(table.squaredRowNorms(), rowSumsOf(t, (value) => value * value)), // prettier-ignore
        difference([table.sum()], [sums.reduce((sum, value) => sum + value, 0)]),
      );
    }));

  test('column sums of each group of rows', () =>
    holds((table, t, seed) => {
      const groups = Int32Array.from(numbersFrom(seed, t.rows.length), (value) => Math.floor(value + 1));
      const indicator = dense(t.rows.length, 3);
      groups.forEach((group, row) => {
        if (group >= 0) indicator.data[row * 3 + group] = 1;
      });
      return difference(table.groupedColumnSums(groups, 3).data, transposedTimes(t, indicator));
    }));

  test('f of every cell', () =>
    holds((table, t) => {
      const cubes = table.mapZeroPreserving((value) => value ** 3);
      return difference(
        cubes.rowSums(),
        rowSumsOf(t, (value) => value ** 3),
      );
    }));

  test('rows of a mini-batch, drawn with repetitions, and of the folds of a cross-validation', () =>
    holds((table, t, seed) => {
      const count = t.rows.length;
      const all = Array.from({ length: count }, (_, row) => row);
      const drawn = [...numbersFrom(seed, count > 0 ? 5 : 0)].map((value) =>
        Math.floor(((value + 2) / 4) * count),
      );
      const folds = [0, 1, 2].map((fold) => all.filter((row) => (row + seed) % 3 !== fold));
      return most(
        ...[drawn, ...folds].map((rows) => {
          const picked = Int32Array.from(rows);
          const [slice, expected] = [table.slice(picked), pickedRows(t, picked)];
          const [x, y] = [matrix(seed, t.columns, 2), matrix(seed, rows.length, 2)];
          return most(
            difference(slice.multiply(x).data, times(expected, x)),
            difference(slice.transposedMultiply(y).data, transposedTimes(expected, y)),
            difference(slice.gram().data, gramOf(expected)),
          );
        }),
      );
    }));

  test('T of a model of data that is nowhere negative, none of whose training cells is', () =>
    holds((table, t, seed) => {
      for (const row of t.rows) for (const [, value] of row) expect(value).toBeGreaterThan(0);
      const x = matrix(seed, t.columns, 2);
      return most(difference(table.multiply(x).data, times(t, x)), difference(table.gram().data, gramOf(t)));
    }, integrations.map(nonNegative)));
});

test('T with products of its columns, of one table and of different ones, has in both forms the products of the columns that SQL has, to 1e-10', async () => {
  let columns = 0;
  await fc.assert(
    fc.asyncProperty(integrations, async (integrated) => {
      const exact = await build(integrated);
      if (!exact) return;
      for (const { table, expected } of interacting(exact)) {
        expect([table.rows, table.columns]).toEqual([expected.rows.length, expected.columns]);
        columns += table.columns - exact.names.length;
        const [x, y] = [
          matrix(integrated.salt, table.columns, 2),
          matrix(integrated.salt + 1, table.rows, 2),
        ];
        const w = numbersFrom(integrated.salt, table.rows);
        for (const apart of [
          difference(table.multiply(x).data, times(expected, x)),
          difference(table.transposedMultiply(y).data, transposedTimes(expected, y)),
          difference(table.gram(w).data, gramOf(expected, w)),
        ])
          expect(apart).toBeLessThan(1e-10);
      }
    }),
    runs,
  );
  expect(columns).toBeGreaterThan(100);
});

describe('products of columns of different parties', () => {
  /** Columns of T that one table alone supplies, as they are in their table. */
  function placedColumns({ integrated, target, factorized }: Exact): { at: number; column: PlacedColumn }[] {
    const sources = new Map(localSources(integrated).map((source) => [source.id, source]));
    let first = 0;
    return target.groups.flatMap(({ id, shares }) => {
      const encoder = entryOf(factorized.encoders, id);
      const offset = first;
      const width = encodedWidth(encoder);
      first += width;
      const [share, ...others] = shares;
      if (share === undefined || others.length > 0) return [];
      const table = encode(entryOf(sources, id).data, encoder);
      return Array.from({ length: width }, (_, at) => {
        const unit = new Float64Array(width);
        unit[at] = 1;
        const values = table.multiply(columnVector(unit)).data;
        return { at: offset + at, column: { values, index: share.rows.subarray(0, target.trainRows) } };
      });
    });
  }

  test('beside T: products, the weighted Gram matrix and slices, to 1e-10', async () => {
    await fc.assert(
      fc.asyncProperty(integrations, async (integrated) => {
        const exact = await build(integrated);
        const placed = exact ? placedColumns(exact) : [];
        if (!exact || placed.length === 0) return;
        const { salt } = integrated;
        const chosen = Array.from({ length: 4 }, (_, q) =>
          [salt + 7 * q, 3 * salt + 11 * q + 1].map((n) => placed[n % placed.length]!),
        ) as [(typeof placed)[number], (typeof placed)[number]][];
        const { trainRows } = exact.target;
        const interactions = interactionColumns(
          trainRows,
          chosen.map(([a, b]) => [a.column, b.column] as const),
        );
        const t = beside(exact.train.table, {
          columns: chosen.length,
          rows: exact.train.table.rows.map((_, row) =>
            chosen.map(([a, b], q) => {
              const [one, other] = [a, b].map(({ at }) => columnOf(exact.train.table, at)[row]!);
              return [q, one! * other!] as const;
            }),
          ),
        });
        const table = stackColumns([exact.factorized.train, interactions]);
        const [x, y] = [matrix(salt, t.columns, 3), matrix(salt, trainRows, 3)];
        const w = numbersFrom(salt, trainRows);
        const picked = Int32Array.of(trainRows - 1, 0, trainRows - 1);
        for (const apart of [
          difference(table.multiply(x).data, times(t, x)),
          difference(table.transposedMultiply(y).data, transposedTimes(t, y)),
          difference(table.gram(w).data, gramOf(t, w)),
          difference(table.slice(picked).multiply(x).data, times(pickedRows(t, picked), x)),
          difference(interactions.gram(w).data, gramOf({ ...t, columns: 4, rows: t.rows.map((row) => row.flatMap(([c, value]) => (c < exact.names.length ? [] : [[c - exact.names.length, value] as const]))) }, w)), // prettier-ignore
        ])
          expect(apart).toBeLessThan(1e-10);
      }),
      runs,
    );
  });
});
