import { entryOf } from '../entry-of.js';
import type { Dictionary } from '../sources/source.js';
import { columnOf, type FeatureData } from './encoding/feature-data.js';

interface Piece {
  readonly data: FeatureData;
  /** Source row of each target row, −1 where another piece has it, or none. */
  readonly rows: Int32Array;
}

/**
 * Columns that several tables supply as one table, and its row for each target row: nothing is copied where one table has
 * them all.
 */
export function joinRows(pieces: readonly Piece[]): Piece {
  const [first, ...others] = pieces;
  if (first === undefined) throw new Error('a group of columns comes from some table');
  if (others.length === 0) return first;
  const count = first.rows.length;
  /** Beside the columns that they share, tables may have others. */
  const names = (of: 'numeric' | 'categorical') =>
    [...first.data[of].keys()].filter((name) => others.every(({ data }) => data[of].has(name)));
  return {
    data: {
      rows: count,
      numeric: new Map(names('numeric').map((name) => [name, numbersOf(pieces, name, count)])),
      categorical: new Map(names('categorical').map((name) => [name, textsOf(pieces, name, count)])),
    },
    rows: Int32Array.from({ length: count }, (_, row) => row),
  };
}

/** NaN stands for a row that no table has, as for a cell that is NULL. */
function numbersOf(pieces: readonly Piece[], name: string, count: number): Float64Array {
  const joined = new Float64Array(count).fill(NaN);
  for (const { data, rows } of pieces) {
    const values = columnOf(data.numeric, name);
    rows.forEach((source, row) => {
      if (source >= 0) joined[row] = values[source]!;
    });
  }
  return joined;
}

function textsOf(pieces: readonly Piece[], name: string, count: number): Dictionary {
  const columns = pieces.map(({ data }) => columnOf(data.categorical, name));
  const values = [...new Set(columns.flatMap((column) => column.values))].sort();
  const codeOf = new Map(values.map((value, code) => [value, code]));
  const joined = new Int32Array(count).fill(-1);
  pieces.forEach(({ rows }, at) => {
    const { codes, values: own } = columns[at]!;
    const translated = own.map((value) => entryOf(codeOf, value));
    rows.forEach((source, row) => {
      if (source >= 0) joined[row] = codes[source]! < 0 ? -1 : translated[codes[source]!]!;
    });
  });
  return { codes: joined, values };
}
