import fc from 'fast-check';
import { dense, denseMatrix } from '../../core/algebra/dense.js';
import { csrMatrix } from '../../core/algebra/csr.js';
import type { FactorizedSource } from '../../core/algebra/factorized-source.js';
import type { Dense, Matrix } from '../../core/algebra/matrix.js';
import { oneHotMatrix } from '../../core/algebra/one-hot.js';
import { stackColumns } from '../../core/algebra/stack.js';

/** A source with its matrix written out cell by cell, independently of the operators under test. */
export interface KnownSource extends FactorizedSource {
  readonly cells: number[][];
}

const value = fc.integer({ min: -50, max: 50 }).map((n) => n / 8);
const orZero = (cell: fc.Arbitrary<number>) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: cell });
const exactly = <T>(length: number, item: fc.Arbitrary<T>) =>
  fc.array(item, { minLength: length, maxLength: length });
const grid = (rows: number, columns: number, cell: fc.Arbitrary<number>) =>
  exactly(rows, exactly(columns, cell));

/** Numeric columns in one of the forms they may be kept in, from their cells. */
function numericBlock(cells: number[][], width: number, form: 'dense' | 'csr' | 'pattern'): Matrix {
  if (form === 'dense') return denseMatrix(dense(cells.length, width, Float64Array.from(cells.flat())));
  const columnIndices: number[] = [];
  const values: number[] = [];
  const rowStarts = [0];
  for (const row of cells) {
    row.forEach((cell, column) => {
      if (cell === 0) return;
      columnIndices.push(column);
      values.push(cell);
    });
    rowStarts.push(columnIndices.length);
  }
  return csrMatrix({
    rows: cells.length,
    columns: width,
    rowStarts: Int32Array.from(rowStarts),
    columnIndices: Int32Array.from(columnIndices),
    ...(form === 'csr' && { values: Float64Array.from(values) }),
  });
}

interface KnownTable {
  readonly table: Matrix;
  readonly cells: number[][];
}

/** Numeric columns and categories side by side: dense, sparse and one-hot blocks, any of them empty. */
function knownTable(rows: number): fc.Arbitrary<KnownTable> {
  return fc
    .record({
      form: fc.constantFrom('dense' as const, 'csr' as const, 'pattern' as const),
      width: fc.integer({ min: 0, max: 6 }),
      levels: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
    })
    .chain(({ form, width, levels }) => {
      const cell = form === 'dense' ? value : form === 'csr' ? orZero(value) : fc.constantFrom(0, 1);
      return fc.record({
        form: fc.constant(form),
        width: fc.constant(width),
        levels: fc.constant(levels),
        numbers: grid(rows, width, cell),
        codes: fc.tuple(...levels.map((count) => exactly(rows, fc.integer({ min: -1, max: count - 1 })))),
      });
    })
    .map(({ form, width, levels, numbers, codes }) => ({
      table: stackColumns(
        [
          numericBlock(numbers, width, form),
          oneHotMatrix(
            rows,
            levels.map((count, at) => ({ levels: count, codes: Int32Array.from(codes[at]!) })),
          ),
        ],
        rows,
      ),
      cells: numbers.map((row, r) => [
        ...row,
        ...levels.flatMap((count, at) =>
          Array.from({ length: count }, (_, l) => (codes[at]![r] === l ? 1 : 0)),
        ),
      ]),
    }));
}

interface Integration {
  readonly rows: number;
  readonly columns: number;
  readonly sources: KnownSource[];
  /** T, cell by cell. */
  readonly cells: number[][];
}

/** T by its definition. */
function targetOf(rows: number, columns: number, sources: readonly KnownSource[]): Integration {
  const cells = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  let next = 0;
  for (const { table, cells: own, index, columns: named } of sources) {
    const targets = named ?? Array.from({ length: table.columns }, (_, at) => next + at);
    next = Math.max(next, ...[...targets].map((column) => column + 1));
    index.forEach((source, t) => {
      own[source]?.forEach((cell, at) => (cells[t]![targets[at]!]! += cell));
    });
  }
  return { rows, columns, sources: [...sources], cells };
}

/** How the rows of a source get to the target: at random, in place, or following from those of the source before. */
type Matching = 'random' | 'in place' | 'following';

function indexOf(rows: number, sourceRows: number, before: Int32Array | undefined, matching: Matching) {
  const row = fc.integer({ min: -1, max: sourceRows - 1 });
  if (matching === 'in place' && sourceRows >= rows)
    return fc.constant(Int32Array.from({ length: rows }, (_, t) => t));
  if (matching === 'following' && before !== undefined)
    return exactly(Math.max(0, ...before) + 1, row).map((map) => before.map((at) => map[at] ?? -1));
  return exactly(rows, row).map((indices) => Int32Array.from(indices));
}

function placedSources(rows: number, sizes: readonly number[]): fc.Arbitrary<KnownSource[]> {
  let all: fc.Arbitrary<KnownSource[]> = fc.constant([]);
  for (const size of sizes) {
    all = all.chain((sources) =>
      fc
        .tuple(knownTable(size), fc.constantFrom<Matching>('random', 'in place', 'following'))
        .chain(([known, matching]) =>
          indexOf(rows, size, sources.at(-1)?.index, matching).map((index) => [
            ...sources,
            { ...known, index },
          ]),
        ),
    );
  }
  return all;
}

/** Sources of 0–13 rows and a target of 0–24 rows, with missing matches, repetitions and unreferenced rows. */
export const integration: fc.Arbitrary<Integration> = fc
  .record({
    rows: fc.integer({ min: 0, max: 24 }),
    sizes: fc.array(fc.integer({ min: 0, max: 13 }), { minLength: 1, maxLength: 3 }),
  })
  .chain(({ rows, sizes }) =>
    placedSources(rows, sizes).map((sources) =>
      targetOf(
        rows,
        sources.reduce((sum, { table }) => sum + table.columns, 0),
        sources,
      ),
    ),
  );

/**
 * The same with target columns in any order, and shared: each row of T has one owner among the sources that share columns, and
 * finds no row in the others.
 */
export const overlapping: fc.Arbitrary<Integration> = integration.chain(({ rows, sources }) => {
  const widest = Math.max(...sources.map(({ table }) => table.columns));
  const columns = widest + 2;
  return fc
    .record({
      owner: exactly(rows, fc.integer({ min: 0, max: sources.length - 1 })),
      places: fc.tuple(
        ...sources.map(() =>
          fc.shuffledSubarray(
            Array.from({ length: columns }, (_, at) => at),
            { minLength: columns },
          ),
        ),
      ),
    })
    .map(({ owner, places }) => {
      const placed = sources.map((source, k) => ({
        ...source,
        index: source.index.map((row, t) => (owner[t] === k ? row : -1)),
        columns: Int32Array.from(places[k]!.slice(0, source.table.columns)),
      }));
      const count = Math.max(
        0,
        ...placed.flatMap((source) => [...source.columns].map((column) => column + 1)),
      );
      return targetOf(rows, count, placed);
    });
});

/** Either. */
export const anyIntegration: fc.Arbitrary<Integration> = fc.oneof(integration, overlapping);

export function denseOf(cells: number[][], columns: number): Dense {
  return dense(cells.length, columns, Float64Array.from(cells.flat()));
}

export const matrixOf = (rows: number, columns: number): fc.Arbitrary<Dense> =>
  fc
    .array(value, { minLength: rows * columns, maxLength: rows * columns })
    .map((numbers) => dense(rows, columns, Float64Array.from(numbers)));
