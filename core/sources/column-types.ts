import type { ColumnType } from './profile.js';
import { quoteName } from './sql.js';

/** A column of a source, in the few types to which all databases are brought. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Expression over the raw relation that gives the column in its normal form (see `normalise`). */
  readonly sql: string;
  /** DuckDB type of that form. */
  readonly duckType: string;
}

const INTEGERS = new Set([
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'UTINYINT',
  'USMALLINT',
  'UINTEGER',
  'UBIGINT',
]);

/**
 * Brings a column to its normal form, so that one value has one form whatever database it comes from: NaN is NULL, timestamps of all
 * kinds are instants in UTC at microseconds and infinite ones NULL, enums and UUIDs are text. Types without an order
 * that models can use (nested, binary, time of day, interval) are `other`, in DuckDB's text form. `raw` is the column, or the expression of
 * a computed one.
 */
export function normalise(name: string, duckType: string, raw = quoteName(name)): Column {
  const column = (type: ColumnType, sql: string, resulting = duckType): Column => ({
    name,
    type,
    sql,
    duckType: resulting,
  });
  if (duckType === 'BOOLEAN') return column('boolean', raw);
  if (INTEGERS.has(duckType)) return column('integer', raw);
  if (duckType === 'HUGEINT' || duckType === 'UHUGEINT' || duckType.startsWith('DECIMAL('))
    return column('number', raw);
  if (duckType === 'FLOAT' || duckType === 'DOUBLE')
    return column('number', `nullif(${raw}, 'nan'::${duckType})`);
  if (duckType === 'VARCHAR') return column('text', raw);
  if (duckType === 'DATE') return column('date', `CASE WHEN isfinite(${raw}) THEN ${raw} END`);
  if (duckType === 'UUID' || duckType === 'JSON' || duckType.startsWith('ENUM(')) {
    return column('text', `${raw}::VARCHAR`, 'VARCHAR');
  }
  if (duckType.startsWith('TIMESTAMP')) {
    const zoned = duckType === 'TIMESTAMP WITH TIME ZONE' || duckType === 'TIMESTAMPTZ';
    const instant = zoned ? `(${raw} AT TIME ZONE 'UTC')` : `${raw}::TIMESTAMP`;
    return column('timestamp', `CASE WHEN isfinite(${raw}) THEN ${instant} END`, 'TIMESTAMP');
  }
  return column('other', `${raw}::VARCHAR`, 'VARCHAR');
}
