import { AmalurError } from '../errors.js';
import { entryOf } from '../entry-of.js';
import type { ColumnType } from '../sources/profile.js';
import { typeOf } from './asked-columns.js';
import { numberIn } from './cells.js';
import { cellOf, type Row } from './row-features.js';
import type { ServedModel } from './served-model.js';

type Share =
  | { readonly column: string; readonly type: ColumnType }
  | { readonly position: number; readonly values: Float64Array };

/**
 * What is added to a row's score: the offset of the first table that the row has. Undefined where nothing is added to any.
 * The function throws AMALUR_WRONG_TYPE for an offset that is no number, and AMALUR_NO_MATCH for a row that has none of the tables: an
 * inference refuses such rows too.
 */
export function rowOffset(
  { base, columns, offsets, links }: Pick<ServedModel, 'base' | 'columns' | 'offsets' | 'links'>,
  parties: readonly string[],
): ((row: Row, rows: Int32Array) => number) | undefined {
  if (offsets === undefined || offsets.length === 0) return undefined;
  const shares = offsets.map(({ party, column }): Share =>
    party === base
      ? { column, type: typeOf(columns, column) }
      : { position: parties.indexOf(party), values: entryOf(links, party).offsets ?? new Float64Array(0) },
  );
  return (row, rows) => {
    for (const share of shares) {
      if (!('column' in share)) {
        const at = rows[share.position]!;
        if (at >= 0) return share.values[at]!;
        continue;
      }
      const value = numberIn(share.type, cellOf(row, share.column)) ?? NaN;
      if (Number.isFinite(value)) return value;
      throw new AmalurError('AMALUR_WRONG_TYPE', 'the offset is NULL or no finite number', {
        field: share.column,
        suggestion: 'give the number that is added to the score',
      });
    }
    const tables = offsets.map(({ party }) => party).join(', ');
    throw new AmalurError(
      'AMALUR_NO_MATCH',
      `the row has no match in ${tables}, where its offset comes from`,
      {
        suggestion: 'check the key, or wait until there is such a row',
      },
    );
  };
}
