import { AmalurError } from '../errors.js';
import { tokenAt, TOKEN_BYTES, type KeyTokens } from './key-tokens.js';

export interface Matching {
  /** CI over the base table's rows: row of the dimension, −1 where there is no match. */
  readonly rows: Int32Array;
  readonly matched: number;
}

/**
 * Matches base rows to the rows of a dimension, n:1. NULL keys match nothing.
 * @param party name of the dimension, for messages
 * @param field path of the join in the job, for messages
 * @throws AMALUR_REPEATED_KEY if a key stands in more than one row of the dimension
 */
export function matchRows(base: KeyTokens, dimension: KeyTokens, party: string, field: string): Matching {
  const rowOf = rowByToken(dimension, party, field);
  const rowOfCode = Int32Array.from(
    { length: base.tokens.length / TOKEN_BYTES },
    (_, code) => rowOf.get(tokenAt(base.tokens, code)) ?? -1,
  );
  let matched = 0;
  const rows = base.codes.map((code) => {
    const row = code < 0 ? -1 : rowOfCode[code]!;
    if (row >= 0) matched++;
    return row;
  });
  return { rows, matched };
}

/**
 * What nothing can be learned from is a mistake of the job; rows to be predicted may well have no match.
 * @throws AMALUR_EMPTY_JOIN if the base table has rows, and none of them a match
 */
export function requireMatch({ rows, matched }: Matching, party: string, field: string): void {
  if (matched > 0 || rows.length === 0) return;
  throw new AmalurError('AMALUR_EMPTY_JOIN', `no row of the base table finds a match in ${party}`, {
    field,
    suggestion:
      'check that the key columns hold the same kind of value in both tables, or leave the join out',
  });
}

function rowByToken({ codes, tokens }: KeyTokens, party: string, field: string): Map<string, number> {
  const distinct = tokens.length / TOKEN_BYTES;
  const rowOfCode = new Int32Array(distinct).fill(-1);
  let repeated = 0;
  codes.forEach((code, row) => {
    if (code < 0) return;
    if (rowOfCode[code] === -1) rowOfCode[code] = row;
    else repeated++;
  });
  if (repeated > 0) {
    throw new AmalurError(
      'AMALUR_REPEATED_KEY',
      `the join key of ${party} repeats: ${repeated} rows have a key that an earlier row has`,
      {
        field,
        suggestion: 'join on columns that identify one row, or reduce the table to one row a key first',
      },
    );
  }
  const rows = new Map<string, number>();
  for (let code = 0; code < distinct; code++) rows.set(tokenAt(tokens, code), rowOfCode[code]!);
  return rows;
}
