import fc from 'fast-check';
import type { LocalSource } from '../../core/integration/local-table.js';
import type { Dictionary } from '../../core/sources/source.js';

export type Text = string | null;

/** A column of texts as sources give it: distinct values in ascending order, −1 for NULL. */
export function dictionaryOf(texts: readonly Text[]): Dictionary {
  const values = [...new Set(texts.filter((text) => text !== null))].sort();
  return { codes: Int32Array.from(texts, (text) => (text === null ? -1 : values.indexOf(text))), values };
}

/** Cells of a source table by row. Every table has the same two columns, so that equal names meet. */
export interface Cells {
  readonly size: number | null;
  readonly colour: Text;
}

export interface BaseRow extends Cells {
  /** By dimension. */
  readonly keys: readonly Text[];
  readonly label: number | null;
  readonly position: number;
}

export interface DimensionRow extends Cells {
  readonly key: Text;
}

export interface Scene {
  readonly base: readonly BaseRow[];
  readonly dimensions: readonly (readonly DimensionRow[])[];
  readonly scenario: 'left' | 'inner';
  readonly testShare: number;
}

const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 4 });
const key = orNull(fc.constantFrom('a', 'b', 'ab', 'B', 'é', '7', '07'));
const cells = {
  size: orNull(fc.integer({ min: -50, max: 50 }).map((n) => n / 8)),
  colour: orNull(fc.constantFrom('red', 'blue', 'Red', 'ß', '(other)')),
};

/** Tables of 0–12 rows. Keys of the "one" side do not repeat, except NULL. */
export const scenes: fc.Arbitrary<Scene> = fc.integer({ min: 0, max: 2 }).chain((joins) =>
  fc.record({
    base: fc.array(
      fc.record({
        ...cells,
        keys: fc.array(key, { minLength: joins, maxLength: joins }),
        label: orNull(fc.integer({ min: 0, max: 1 })),
        position: fc.integer({ min: 0, max: 9 }).map((n) => n / 10),
      }),
      { maxLength: 12 },
    ),
    dimensions: fc.array(
      fc
        .array(fc.record({ ...cells, key }), { maxLength: 8 })
        .map((rows) =>
          rows.filter(
            (row, at) => row.key === null || rows.findIndex((other) => other.key === row.key) === at,
          ),
        ),
      { minLength: joins, maxLength: joins },
    ),
    scenario: fc.constantFrom('left' as const, 'inner' as const),
    testShare: fc.constantFrom(0, 0.3, 0.5),
  }),
);

/** Named so that the base is not the first party. */
export const partyOf = (table: number): string => `${'mab'.charAt(table)}.table`;

/** The tables of a scene as they are read from their sources, in the order base, dimensions. */
export function sourcesOf({ base, dimensions }: Pick<Scene, 'base' | 'dimensions'>): LocalSource[] {
  return [base, ...dimensions].map((rows: readonly Cells[], table) => ({
    id: partyOf(table),
    features: [
      { name: 'size', encoding: 'numeric' },
      { name: 'colour', encoding: 'categorical' },
    ],
    data: {
      rows: rows.length,
      numeric: new Map([['size', Float64Array.from(rows, ({ size }) => size ?? NaN)]]),
      categorical: new Map([['colour', dictionaryOf(rows.map(({ colour }) => colour))]]),
    },
  }));
}

export interface NaiveTarget {
  /** Rows of each table that make up a target row, in the order base, dimensions; undefined for no match. */
  readonly rows: readonly (readonly (number | undefined)[])[];
  readonly trainRows: number;
}

/** The target table by its definition: nested loops over the rows of base and dimensions. */
export function naiveTarget({ base, dimensions, scenario, testShare }: Scene): NaiveTarget {
  const train: (number | undefined)[][] = [];
  const test: (number | undefined)[][] = [];
  base.forEach((row, at) => {
    const matches = dimensions.map((dimension, k) => {
      for (const [candidate, other] of dimension.entries()) {
        if (row.keys[k] !== null && row.keys[k] === other.key) return candidate;
      }
      return undefined;
    });
    if (row.label === null || (scenario === 'inner' && matches.includes(undefined))) return;
    (row.position < testShare ? test : train).push([at, ...matches]);
  });
  return { rows: [...train, ...test], trainRows: train.length };
}

/** T in numbers, cell by cell over the whole target: column names, then cells by row. Parties in sorted order. */
export function naiveCells(scene: Scene, target: NaiveTarget): { names: string[][]; cells: number[][] } {
  const tables: (readonly Cells[])[] = [[...scene.base], ...scene.dimensions];
  const names: string[][] = [];
  const cells: number[][] = target.rows.map(() => []);
  const order = tables.map((_, table) => table).sort((a, b) => (partyOf(a) < partyOf(b) ? -1 : 1));
  for (const table of order) {
    const column = target.rows.map((rows) => {
      const row = rows[table];
      return row === undefined ? undefined : tables[table]?.[row];
    });
    const sizes = column.map((row) => row?.size ?? null);
    const known = sizes.slice(0, target.trainRows).filter((size) => size !== null);
    const mean = known.length === 0 ? 0 : known.reduce((sum, size) => sum + size, 0) / known.length;
    const squares = known.reduce((sum, size) => sum + (size - mean) ** 2, 0);
    const scale = squares === 0 ? 1 : Math.sqrt(squares / target.trainRows);
    const seen = column.slice(0, target.trainRows).flatMap((row) => row?.colour ?? []);
    const levels = [...new Set(seen)].sort();
    names.push(['size', ...levels.map((level) => `colour=${level}`), 'colour=(other)']);
    column.forEach((row, t) => {
      const colour = row?.colour ?? null;
      cells[t]?.push(
        ((sizes[t] ?? mean) - mean) / scale,
        ...levels.map((level) => (colour === level ? 1 : 0)),
        colour !== null && !levels.includes(colour) ? 1 : 0,
      );
    });
  }
  return { names, cells };
}
