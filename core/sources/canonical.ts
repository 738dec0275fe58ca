import type { Column } from './column-types.js';

/**
 * Canonical text of a cell, as an SQL expression over `cell`, which holds the column in its normal form. NULL for NULL.
 *
 * - integers: decimal digits; numbers with an integer value below 9e18 likewise, others in their shortest decimal form
 *   (`0.1`, `1e-07`); decimals exactly, without trailing zeros
 * - booleans: `true`, `false`; dates: `2013-01-31`; text as it is
 * - timestamps: in keys microseconds since 1970-01-01 UTC, so that zoned and plain ones of one instant agree; as categories
 *   `2013-01-31T05:00:00Z`, with microseconds only where there are any
 */
export function canonicalText(column: Column, cell: string, use: 'key' | 'category'): string {
  const { type, duckType } = column;
  if (type === 'timestamp') {
    if (use === 'key') return `epoch_us(${cell})::VARCHAR`;
    return `replace(strftime(${cell}, '%Y-%m-%dT%H:%M:%S.%fZ'), '.000000Z', 'Z')`;
  }
  if (duckType === 'FLOAT' || duckType === 'DOUBLE') {
    const whole = `${cell} = trunc(${cell}) AND abs(${cell}) < 9e18`;
    return `CASE WHEN ${whole} THEN ${cell}::BIGINT::VARCHAR ELSE ${cell}::VARCHAR END`;
  }
  if (duckType.startsWith('DECIMAL(') && !duckType.endsWith(',0)'))
    return `rtrim(rtrim(${cell}::VARCHAR, '0'), '.')`;
  return `${cell}::VARCHAR`;
}

/**
 * A cell as DOUBLE: booleans 0 and 1, dates as days and timestamps as seconds since 1970-01-01 UTC, text as the number that it
 * spells. NULL for NULL, and for text that spells no number.
 */
export function numberOf(column: Column, cell: string): string {
  switch (column.type) {
    case 'boolean':
      return `${cell}::INTEGER::DOUBLE`;
    case 'date':
      return `date_diff('day', DATE '1970-01-01', ${cell})::DOUBLE`;
    case 'timestamp':
      return `epoch_us(${cell}) / 1e6`;
    case 'text':
    case 'other':
      return `TRY_CAST(${cell} AS DOUBLE)`;
    default:
      return `${cell}::DOUBLE`;
  }
}

/** `3:EWR10:1357016400` – each text after its length in bytes of UTF-8; NULL as soon as one is. */
export function keyOf(texts: readonly string[]): string {
  return texts.map((text) => `strlen(${text}) || ':' || ${text}`).join(' || ');
}

/**
 * Cells joined so that no two different rows give the same text: as `keyOf`, with `-` for NULL.
 */
export function rowOf(texts: readonly string[]): string {
  return texts.length === 0
    ? "''"
    : texts.map((text) => `coalesce(strlen(${text}) || ':' || ${text}, '-')`).join(' || ');
}

/**
 * A row's position in [0, 1):
 *
 *     h = md5(seed + '|' + cells)   cells as in `rowOf`, canonical text as in keys, columns in the order given
 *     position = floor(u / 2^11) / 2^53   where u = bytes 8…15 of h as an unsigned little-endian integer
 *
 * In Python: `(int.from_bytes(hashlib.md5(text.encode()).digest()[8:], 'little') >> 11) / 2**53`.
 * In DuckDB: `(md5_number_lower(text) >> 11) / 2^53`. 53 bits, so that the division is exact and never gives 1.
 */
export function positionOf(texts: readonly string[], seed: number | string): string {
  return `(md5_number_lower('${seed}|' || ${rowOf(texts)}) >> 11)::DOUBLE / 9007199254740992::DOUBLE`;
}
