import { canonicalDouble } from './canonical-double.js';
import { instantOf, dayOf, isoOf } from './instants.js';
import type { ColumnType } from '../sources/profile.js';
import type { KeyFunction } from '../sources/key-column.js';

// What a source makes of a cell (core/sources/canonical.ts, key-column.ts) for the cell of a row that came as JSON, so that both
// give one number, one category, one key. `undefined` says that the value is none of the column's type.

const WHOLE = /^(0|-?[1-9][0-9]*)$/;
const SPELLED = /^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$/;

/** A cell as DOUBLE, NaN for NULL: booleans 0 and 1, dates as days and timestamps as seconds since 1970, text as the number it spells. */
export function numberIn(type: ColumnType, value: unknown): number | undefined {
  if (value === null || value === undefined) return NaN;
  switch (type) {
    case 'integer':
    case 'number':
      return finite(typeof value === 'number' ? value : isWhole(value) ? Number(value) : undefined);
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : undefined;
    case 'date':
      return typeof value === 'string' ? dayOf(value) : undefined;
    case 'timestamp': {
      const instant = typeof value === 'string' ? instantOf(value) : undefined;
      return instant === undefined ? undefined : Number(instant) / 1e6;
    }
    default:
      return typeof value === 'string' && SPELLED.test(value) ? finite(Number(value)) : undefined;
  }
}

/** Its canonical text as a category or in a key; null for NULL. */
export function textIn(type: ColumnType, value: unknown, use: 'key' | 'category'): string | null | undefined {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'integer':
      if (typeof value === 'number') return Number.isSafeInteger(value) ? canonicalDouble(value) : undefined;
      return isWhole(value) ? value : undefined;
    case 'number':
      if (typeof value === 'number') return Number.isFinite(value) ? canonicalDouble(value) : undefined;
      return isWhole(value) ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : undefined;
    case 'date':
      return typeof value === 'string' && dayOf(value) !== undefined ? value : undefined;
    case 'timestamp': {
      const instant = typeof value === 'string' ? instantOf(value) : undefined;
      if (instant === undefined) return undefined;
      return use === 'key' ? String(instant) : isoOf(instant);
    }
    default:
      return typeof value === 'string' ? value : undefined;
  }
}

/** Text that is compared in a join; null for NULL, and where the functions leave nothing. */
export function keyIn(
  type: ColumnType,
  value: unknown,
  apply: readonly KeyFunction[],
): string | null | undefined {
  if (apply.length === 0) return textIn(type, value, 'key');
  const text = textIn(type, value, 'category');
  if (text === undefined || text === null) return text;
  const made = apply.reduce(applied, text);
  return made === '' ? null : made;
}

function applied(text: string, name: KeyFunction): string {
  switch (name) {
    case 'lower':
      return eachCharacter(text, (character) => (character === 'İ' ? 'i' : character.toLowerCase()));
    case 'upper':
      return eachCharacter(text, (character) => CAPITALS.get(character) ?? character.toUpperCase());
    case 'trim':
      return text.replace(/^ +| +$/g, '');
    case 'digits':
      return text.replace(/[^0-9]/g, '');
    case 'alphanumeric':
      return text.replace(/[^\p{L}\p{N}]/gu, '');
    case 'date':
      // Of a date or an instant in UTC: others are refused (core/job/require-servable.ts).
      return text.slice(0, 10);
  }
}

/** Letters whose capital DuckDB takes for one character, and JavaScript for two: ß, and vowels with an iota below. */
const CAPITALS: ReadonlyMap<string, string> = new Map(
  [0x1e9e, ...Array.from({ length: 0x1ffc - 0x1f88 + 1 }, (_, at) => 0x1f88 + at)]
    .map((code) => String.fromCodePoint(code))
    .map((capital) => [capital.toLowerCase(), capital] as const)
    .filter(([small, capital]) => small !== capital && small.toUpperCase().length > 1),
);

/** DuckDB changes case character by character: what would become several stays as it is. */
function eachCharacter(text: string, change: (character: string) => string): string {
  return Array.from(text, (character) => {
    const changed = change(character);
    return Array.from(changed).length === 1 ? changed : character;
  }).join('');
}

function isWhole(value: unknown): value is string {
  return typeof value === 'string' && WHOLE.test(value);
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}
