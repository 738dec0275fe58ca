import { interactionColumns, type PlacedColumn } from '../algebra/interactions.js';
import type { Dense, Matrix } from '../algebra/matrix.js';
import { entryOf } from '../entry-of.js';
import type { ColumnOfGroup, InteractionAcross } from '../job/resolved.js';
import { encodingOf, namesOf, productNames, type Encoder } from './encoder.js';
import { columnBlock } from './encoding/column-block.js';
import type { FeatureData } from './encoding/feature-data.js';
import { productMatrix } from './encoding/products.js';
import { joinRows } from './join-rows.js';

/** The tables of a group, their rows in T, and how their columns are encoded. */
export interface PlacedGroup {
  readonly encoder: Encoder;
  /** rows: source row of each row of T, −1 where another table has it, or none. */
  readonly pieces: readonly { readonly data: FeatureData; readonly rows: Int32Array }[];
}

/** Names of the columns: `group.column*group.column`, for each pair each of the first by each of the second. */
export function acrossNames(
  pairs: readonly InteractionAcross[],
  encoders: ReadonlyMap<string, Encoder>,
): string[] {
  const names = ({ group, column }: ColumnOfGroup) =>
    namesOf(entryOf(encoders, group), column).map((name) => `${group}.${name}`);
  return pairs.flatMap(([a, b]) => productNames(names(a), names(b)));
}

/**
 * Products of columns of different groups, one block for each pair, to stand beside T.
 * @param rows of T
 * @param form factorized: numbers of two tables are multiplied row by row when they are needed; materialized: written out. A
 *   category is one code a row of T in either.
 */
export function acrossColumns(
  rows: number,
  pairs: readonly InteractionAcross[],
  groups: ReadonlyMap<string, PlacedGroup>,
  form: 'materialized' | 'factorized',
): Matrix[] {
  const inRowsOfT = ({ group, column }: ColumnOfGroup) => {
    const { encoder, pieces } = entryOf(groups, group);
    const { data, rows: index } = joinRows(pieces);
    return columnBlock(data, encodingOf(encoder, column), index);
  };
  return pairs.map(([a, b]) => {
    if (form === 'factorized') {
      const [one, other] = [placedNumbers(a, groups), placedNumbers(b, groups)];
      if (one && other)
        return interactionColumns(
          rows,
          one.flatMap((first) => other.map((second) => [first, second] as const)),
        );
    }
    return productMatrix(rows, inRowsOfT(a), inRowsOfT(b));
  });
}

/** The numbers that a column of a single table is encoded as, in the rows of that table; undefined of others. */
function placedNumbers(
  { group, column }: ColumnOfGroup,
  groups: ReadonlyMap<string, PlacedGroup>,
): PlacedColumn[] | undefined {
  const { encoder, pieces } = entryOf(groups, group);
  const [piece, ...others] = pieces;
  if (piece === undefined || others.length > 0) return undefined;
  const block = columnBlock(piece.data, encodingOf(encoder, column));
  if ('codes' in block) return undefined;
  return columnsOf(block.numbers).map((values) => ({ values, index: piece.rows }));
}

function columnsOf({ rows, columns, data }: Dense): Float64Array[] {
  return Array.from({ length: columns }, (_, j) =>
    Float64Array.from({ length: rows }, (_, row) => data[row * columns + j]!),
  );
}
