import { AmalurError } from '../errors.js';
import { tokenAt, TOKEN_BYTES, type KeyTokens } from './key-tokens.js';

/** The rows of a table by the code of their key: those of code c are `rows[starts[c]]` … `rows[starts[c + 1] − 1]`, in order. */
export interface RowsByKey {
  readonly starts: Int32Array;
  readonly rows: Int32Array;
  /** Code of a key by its token. */
  readonly codeOf: ReadonlyMap<string, number>;
  /** Rows whose key an earlier row has. */
  readonly repeated: number;
}

/** Rows without a key are left out: NULL matches nothing. */
export function rowsByKey({ codes, tokens }: KeyTokens): RowsByKey {
  const distinct = tokens.length / TOKEN_BYTES;
  const starts = new Int32Array(distinct + 1);
  for (const code of codes) if (code >= 0) starts[code + 1]!++;
  let repeated = 0;
  for (let code = 0; code < distinct; code++) {
    repeated += Math.max(0, starts[code + 1]! - 1);
    starts[code + 1]! += starts[code]!;
  }
  const next = starts.slice(0, distinct);
  const rows = new Int32Array(starts[distinct]!);
  codes.forEach((code, row) => {
    if (code >= 0) rows[next[code]!++] = row;
  });
  const codeOf = new Map<string, number>();
  for (let code = 0; code < distinct; code++) codeOf.set(tokenAt(tokens, code), code);
  return { starts, rows, codeOf, repeated };
}

/** For each row of a table the code that its key has among `others`, −1 for none. */
export function codesAmong({ codes, tokens }: KeyTokens, others: RowsByKey): Int32Array {
  const known = Int32Array.from(
    { length: tokens.length / TOKEN_BYTES },
    (_, code) => others.codeOf.get(tokenAt(tokens, code)) ?? -1,
  );
  return codes.map((code) => (code < 0 ? -1 : known[code]!));
}

/** Throws AMALUR_REPEATED_KEY if a key stands in more than one row. */
export function requireOneRowAKey(
  { repeated }: Pick<RowsByKey, 'repeated'>,
  party: string,
  field: string,
): void {
  if (repeated === 0) return;
  throw new AmalurError(
    'AMALUR_REPEATED_KEY',
    `the join key of ${party} repeats: ${repeated} rows have a key that an earlier row has`,
    {
      field,
      suggestion:
        'join on columns that identify one row, reduce the table to one row a key first, or set "matches" to "all"',
    },
  );
}
