import fc from 'fast-check';
import { dense, denseMatrix } from '../../core/algebra/dense.js';
import type { FactorizedSource } from '../../core/algebra/factorized-table.js';
import type { Dense, Matrix } from '../../core/algebra/matrix.js';
import { oneHotMatrix } from '../../core/algebra/one-hot.js';
import { stackColumns } from '../../core/algebra/stack.js';

/** A source with its matrix written out cell by cell, independently of the operators under test. */
export interface KnownSource extends FactorizedSource {
  readonly cells: number[][];
}

const value = fc.integer({ min: -50, max: 50 }).map((n) => n / 8);

function knownTable(rows: number): fc.Arbitrary<{ table: Matrix; cells: number[][] }> {
  return fc
    .record({
      numeric: fc.integer({ min: 0, max: 3 }),
      levels: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
    })
    .chain(({ numeric, levels }) =>
      fc.record({
        numbers: fc
          .array(fc.array(value, { minLength: numeric, maxLength: numeric }), {
            minLength: rows,
            maxLength: rows,
          })
          .map((cells) => ({ width: numeric, cells })),
        codes: fc.tuple(
          ...levels.map((count) =>
            fc.array(fc.integer({ min: -1, max: count - 1 }), { minLength: rows, maxLength: rows }),
          ),
        ),
        levels: fc.constant(levels),
      }),
    )
    .map(({ numbers, codes, levels }) => {
      const table = stackColumns(
        [
          denseMatrix(dense(rows, numbers.width, Float64Array.from(numbers.cells.flat()))),
          oneHotMatrix(
            rows,
            levels.map((count, at) => ({ levels: count, codes: Int32Array.from(codes[at]!) })),
          ),
        ],
        rows,
      );
      const cells = numbers.cells.map((row, r) => [
        ...row,
        ...levels.flatMap((count, at) =>
          Array.from({ length: count }, (_, l) => (codes[at]![r] === l ? 1 : 0)),
        ),
      ]);
      return { table, cells };
    });
}

/** Sources of 0–6 rows and a target of 0–12 rows, with missing matches, repetitions and unreferenced rows. */
export const integration: fc.Arbitrary<{ rows: number; sources: KnownSource[]; cells: number[][] }> = fc
  .record({
    rows: fc.integer({ min: 0, max: 12 }),
    sizes: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 }),
  })
  .chain(({ rows, sizes }) =>
    fc
      .tuple(
        ...sizes.map((size) =>
          fc
            .tuple(
              knownTable(size),
              fc.array(fc.integer({ min: -1, max: size - 1 }), { minLength: rows, maxLength: rows }),
            )
            .map(([known, index]): KnownSource => ({ ...known, index: Int32Array.from(index) })),
        ),
      )
      .map((sources) => ({
        rows,
        sources,
        cells: Array.from({ length: rows }, (_, t) =>
          sources.flatMap(
            ({ table, cells, index }) => cells[index[t]!] ?? new Array<number>(table.columns).fill(0),
          ),
        ),
      })),
  );

export function denseOf(cells: number[][], columns: number): Dense {
  return dense(cells.length, columns, Float64Array.from(cells.flat()));
}

export const matrixOf = (rows: number, columns: number): fc.Arbitrary<Dense> =>
  fc
    .array(value, { minLength: rows * columns, maxLength: rows * columns })
    .map((numbers) => dense(rows, columns, Float64Array.from(numbers)));
