import { canonicalText } from './canonical.js';
import type { Column } from './column-types.js';

/** What can be done to a key column before it is compared. All but `date` make text of it. */
export const KEY_FUNCTIONS = ['lower', 'upper', 'trim', 'digits', 'alphanumeric', 'date'] as const;
export type KeyFunction = (typeof KEY_FUNCTIONS)[number];

/** A part of a key: a column, and the functions applied to it, the innermost first. */
export interface KeyColumn {
  readonly column: string;
  readonly apply: readonly KeyFunction[];
}

/** A column as it is. */
export function plainKey(column: string): KeyColumn {
  return { column, apply: [] };
}

/** Text that is compared, as an SQL expression over `cell`, which holds the column in its normal form. NULL for NULL, for what is no date, and where nothing is left. */
export function keyText(column: Column, cell: string, apply: readonly KeyFunction[]): string {
  const [innermost] = apply;
  if (innermost === undefined) return canonicalText(column, cell, 'key');
  const text = innermost === 'date' ? `${cell}::VARCHAR` : canonicalText(column, cell, 'category');
  // What nothing is left of is no key: it would match everything else of which nothing is left.
  return `nullif(${apply.reduce(applied, text)}, '')`;
}

function applied(text: string, name: KeyFunction): string {
  switch (name) {
    case 'lower':
    case 'upper':
    case 'trim':
      return `${name}(${text})`;
    case 'digits':
      return `regexp_replace(${text}, '[^0-9]', '', 'g')`;
    case 'alphanumeric':
      return `regexp_replace(${text}, '[^\\p{L}\\p{N}]', '', 'g')`;
    case 'date':
      // In UTC, as instants with a zone are; what is written without one is taken as it is.
      return `(TRY_CAST(${text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')::DATE::VARCHAR`;
  }
}
