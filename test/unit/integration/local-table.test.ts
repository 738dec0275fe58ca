import fc from 'fast-check';
import { expect, test } from 'vitest';
import { identityColumns } from '../../../core/algebra/dense.js';
import type { Matrix } from '../../../core/algebra/matrix.js';
import { localTable, type LocalSource } from '../../../core/integration/local-table.js';
import type { Share, TargetIndex } from '../../../core/integration/target-index.js';
import { dictionaryOf } from '../../support/arbitrary-tables.js';

interface Row {
  readonly size: number | null;
  readonly colour: string | null;
}

const row = fc.record({
  size: fc.option(fc.integer({ min: -50, max: 50 }).map((n) => n / 8)),
  colour: fc.option(fc.constantFrom('red', 'blue', 'Red', 'ß')),
});

/** Two tables that supply the same two columns, and who owns each row of T: 0, 1, or neither. */
const union = fc
  .tuple(
    fc.array(row, { minLength: 1, maxLength: 6 }),
    fc.array(row, { minLength: 1, maxLength: 6 }),
    fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.nat()), { minLength: 1, maxLength: 12 }),
    fc.nat(),
  )
  .map(([a, b, owned, train]) => ({ tables: [a, b], owned, trainRows: 1 + (train % owned.length) }));

function cellsOf(table: Matrix): number[] {
  return [...table.multiply(identityColumns(table.columns, 0, table.columns)).data];
}

const sourceOf = (id: string, rows: readonly Row[]): LocalSource => ({
  id,
  features: [
    { name: 'size', encoding: 'numeric' },
    { name: 'colour', encoding: 'categorical' },
  ],
  data: {
    rows: rows.length,
    numeric: new Map([['size', Float64Array.from(rows, ({ size }) => size ?? NaN)]]),
    categorical: new Map([['colour', dictionaryOf(rows.map(({ colour }) => colour))]]),
  },
});

test.each(['materialized', 'factorized'] as const)(
  'columns that two tables supply are encoded as if one table had the rows of both, %s',
  (form) => {
    fc.assert(
      fc.property(union, ({ tables, owned, trainRows }) => {
        const share = (table: number): Share => ({
          party: 'ab'.charAt(table),
          sourceRows: tables[table]!.length,
          rows: Int32Array.from(owned, ([owner, at]) => (owner === table ? at % tables[table]!.length : -1)),
        });
        const target = { rows: owned.length, trainRows, labels: new Float64Array(0) };
        const shared: TargetIndex = { ...target, groups: [{ id: 'a+b', shares: [share(0), share(1)] }] };
        const two = localTable(form, [sourceOf('a+b/a', tables[0]!), sourceOf('a+b/b', tables[1]!)], shared);

        const offset = tables[0]!.length;
        const [inA, inB] = [share(0).rows, share(1).rows];
        const rows = inA.map((at, t) => (at >= 0 ? at : inB[t]! >= 0 ? offset + inB[t]! : -1));
        const one: Share = { party: 'a+b', sourceRows: offset + tables[1]!.length, rows };
        const together = localTable('materialized', [sourceOf('a+b', tables.flat())], {
          ...target,
          groups: [{ id: 'a+b', shares: [one] }],
        });

        expect(two.names).toEqual(together.names);
        for (const side of ['train', 'test'] as const) {
          const cells = cellsOf(together[side]);
          const found = cellsOf(two[side]);
          expect(found.length).toBe(cells.length);
          found.forEach((cell, at) => expect(cell).toBeCloseTo(cells[at]!, 10));
        }
      }),
      { numRuns: 300 },
    );
  },
);
