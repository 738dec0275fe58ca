import { canonicalDouble } from './canonical-double.js';
import { instantOf, dayOf, isoOf } from './instants.js';
import type { ColumnType } from '../sources/profile.js';
import type { KeyFunction } from '../sources/key-column.js';

// What a source makes of a cell (core/sources/canonical.ts, key-column.ts) for the cell of a row that came as JSON, so that both
// give one number, one category, one key. `undefined` says that the value is none of the column's type.

const WHOLE = /^(0|-?[1-9][0-9]*)$/;
/** As exact decimals are written: without trailing zeros. */
const DECIMAL = /^(?!-0$)-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$/;
const EXPONENT = /^-?[0-9](\.[0-9]{1,16})?e[+-][0-9]{2,3}$/;
/** Each way to read a digit is one alone, so that long texts take no longer than their length; space is what DuckDB takes for it. */
const SPELLED = /^[ \t\n\v\f\r]*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t\n\v\f\r]*$/;

/** A cell as DOUBLE, NaN for NULL: booleans 0 and 1, dates as days and timestamps as seconds since 1970, text as the number it spells. */
export function numberIn(type: ColumnType, value: unknown): number | undefined {
  if (value === null || value === undefined) return NaN;
  switch (type) {
    case 'integer':
      if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
      return isWhole(value) ? finite(Number(value)) : undefined;
    case 'number':
      return finite(typeof value === 'number' ? value : isExact(value) ? Number(value) : undefined);
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

/**
 * Its canonical text as a category or in a key; null for NULL. Whether a number is a DOUBLE or an exact decimal only the source knows:
 * the canonical text of either is taken as it is.
 */
export function textIn(type: ColumnType, value: unknown, use: 'key' | 'category'): string | null | undefined {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'integer':
      if (typeof value === 'number') return Number.isSafeInteger(value) ? canonicalDouble(value) : undefined;
      return isWhole(value) ? value : undefined;
    case 'number':
      if (typeof value === 'number') return isSure(value, use) ? canonicalDouble(value) : undefined;
      return isExact(value) ? value : undefined;
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
  if (type === 'number' && textIn(type, value, 'key') === undefined) return undefined;
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
      return trimmed(text);
    case 'digits':
      return text.replace(/[^0-9]/g, '');
    case 'alphanumeric':
      return text.replace(/[^\p{L}\p{N}]/gu, '');
    case 'date':
      // Of a date or an instant in UTC: others are refused (core/job/require-servable.ts).
      return text.slice(0, 10);
  }
}

/** Without what Unicode calls a space (Zs), at both ends: neither tabs nor ends of lines. None of them is a surrogate pair. */
function trimmed(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && SPACE.test(text.charAt(from))) from += 1;
  while (to > from && SPACE.test(text.charAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

const SPACE = /\p{Zs}/u;

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

function isExact(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  return DECIMAL.test(value) || (EXPONENT.test(value) && canonicalDouble(Number(value)) === value);
}

/** A whole number from 2^53 on may have been rounded when it was read as JSON: as a key it would be that of a neighbour. */
function isSure(value: number, use: 'key' | 'category'): boolean {
  if (use === 'key' && Number.isInteger(value)) return Number.isSafeInteger(value);
  return Number.isFinite(value);
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}
