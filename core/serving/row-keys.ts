import { tokenOf } from '../integration/key-tokens.js';
import { typeOf } from './asked-columns.js';
import { keyIn } from './cells.js';
import { cellOf, wrongType, type Row } from './row-features.js';
import type { ServedModel } from './served-model.js';

/** Tokens of a base row's keys by the party of the join, as its silo would publish them; null where a part of a key is NULL. */
export function rowKeys({
  base,
  columns,
  joins,
  secret,
}: Pick<ServedModel, 'base' | 'columns' | 'joins' | 'secret'>) {
  const keys = new Map(
    joins.flatMap(({ party, to }) => {
      const own = to.find((left) => left.party === base)?.columns ?? [];
      return own.length === 0
        ? []
        : [[party, own.map((part) => ({ ...part, type: typeOf(columns, part.column) }))] as const];
    }),
  );
  return (row: Row) =>
    (party: string): Uint8Array | null => {
      let text = '';
      for (const { column, apply, type } of keys.get(party) ?? []) {
        const part = keyIn(type, cellOf(row, column), apply);
        if (part === undefined) wrongType(column, type);
        if (part === null) return null;
        text += `${String(Buffer.byteLength(part))}:${part}`;
      }
      return tokenOf(text, secret);
    };
}
