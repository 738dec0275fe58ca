import { AmalurError } from '../errors.js';
import { KEY_FUNCTIONS, type KeyColumn } from '../sources/key-column.js';
import { EXACT_ROWS, type ColumnProfile, type ColumnType } from '../sources/profile.js';
import { suggest } from '../suggest.js';
import { calledFunction, parseKeyExpression, writeKeyColumn } from './key-expression.js';
import { findColumn, fullName, type TableInSilo } from './known-tables.js';
import type { ResolvedJoin } from './resolved.js';

/** One side of a join: its key columns as the job writes them, each with the path where it does. */
export interface KeySide {
  readonly table: TableInSilo & { readonly id: string };
  readonly columns: readonly { readonly text: string; readonly field: string }[];
  /** Path of the whole key. */
  readonly field: string;
}

interface KeyPart extends KeyColumn {
  readonly profile: ColumnProfile;
  /** Type of the values that are compared. */
  readonly type: ColumnType;
}

/**
 * Checks that the key of a joined table can be compared with that of each table on the left, and that it does not repeat where it
 * must not; both have as many columns. Throws AMALUR_UNKNOWN_COLUMN, AMALUR_EMPTY_JOIN, AMALUR_KEY_TYPE_MISMATCH, AMALUR_DUPLICATE_NAME, AMALUR_REPEATED_KEY.
 */
export function checkJoinKey(
  lefts: readonly KeySide[],
  right: KeySide,
  unique: boolean,
): Pick<ResolvedJoin, 'to' | 'columns'> {
  const key = right.columns.map((column) => keyPart(right, column));
  requireDistinct(key, right.field);
  const to = lefts.map((left) => {
    const parts = left.columns.map((column) => keyPart(left, column));
    parts.forEach((part, position) => {
      const other = key[position];
      if (other) requireOneType(left.table, part, right.table, other, `${left.field}[${String(position)}]`);
    });
    return { party: left.table.id, columns: parts.map(keyColumn) };
  });
  if (unique) requireUnique(right.table, key, right.field);
  return { to, columns: key.map(keyColumn) };
}

function keyColumn({ column, apply }: KeyPart): KeyColumn {
  return { column, apply };
}

function keyPart({ table, field }: KeySide, { text, field: at }: KeySide['columns'][number]): KeyPart {
  const { column, apply } = parseKeyExpression(text, (name) =>
    table.profile.columns.some((known) => known.name === name),
  );
  refuseUnknownFunction(table, column, text, at);
  const profile = findColumn(table, column, at);
  // What has no values has no type either.
  requireValues(table, profile, field);
  const last = apply.at(-1);
  return {
    column,
    apply,
    profile,
    type: last === undefined ? profile.type : last === 'date' ? 'date' : 'text',
  };
}

/** What looks like the call of a function, and neither is one nor nearly the name of a column. */
function refuseUnknownFunction(table: TableInSilo, column: string, text: string, field: string): void {
  const names = table.profile.columns.map(({ name }) => name);
  const called = calledFunction(column);
  if (called === undefined || suggest(column, names) !== undefined) return;
  const meant = suggest(called, KEY_FUNCTIONS);
  throw new AmalurError(
    'AMALUR_UNKNOWN_COLUMN',
    `table ${fullName(table)} has no column "${column}", and there is no function "${called}"`,
    {
      field,
      suggestion:
        meant === undefined
          ? `a key can be computed with ${KEY_FUNCTIONS.join(', ')}`
          : `did you mean ${text.replace(called, meant)}?`,
    },
  );
}

function requireDistinct(key: readonly KeyPart[], field: string): void {
  const names = key.map(writeKeyColumn);
  const repeated = names.findIndex((name, position) => names.indexOf(name) !== position);
  if (repeated < 0) return;
  throw new AmalurError('AMALUR_DUPLICATE_NAME', `the key names column "${names[repeated] ?? ''}" twice`, {
    field: `${field}[${String(repeated)}]`,
    suggestion: 'name each key column once',
  });
}

function requireOneType(
  leftTable: TableInSilo,
  left: KeyPart,
  rightTable: TableInSilo,
  right: KeyPart,
  field: string,
): void {
  if (left.type === right.type && left.type !== 'other') return;
  const names = [`${fullName(leftTable)}.${left.column}`, `${fullName(rightTable)}.${right.column}`] as const;
  throw new AmalurError(
    'AMALUR_KEY_TYPE_MISMATCH',
    left.type === right.type
      ? `${names[0]} and ${names[1]} are of a type that cannot be matched`
      : `${names[0]} is of type ${left.type}, ${names[1]} of type ${right.type}`,
    {
      field,
      suggestion: 'join on columns of one type, or compute a key such as lower(x), which makes text of it',
    },
  );
}

function requireValues(table: TableInSilo, column: ColumnProfile, field: string): void {
  if (column.distinct > 0) return;
  throw new AmalurError(
    'AMALUR_EMPTY_JOIN',
    `no row can match: key column "${column.name}" of ${fullName(table)} has no value in its ${String(table.profile.rows)} rows`,
    { field, suggestion: 'join on columns that have values, or leave the join out' },
  );
}

/**
 * The "one" side of a join must not repeat its key. The profile proves it for a known key, and can refute it by counting,
 * where counts are exact: a tuple of columns has at most as many distinct values as the product of theirs, and what is computed
 * from a value has no more. What is neither is left to the run.
 */
function requireUnique(table: TableInSilo, key: readonly KeyPart[], field: string): void {
  const plain = key.filter(({ apply }) => apply.length === 0).map(({ column }) => column);
  if (table.profile.keys.some((known) => known.every((column) => plain.includes(column)))) return;
  // Nobody knows how many cells are no date, which is no key.
  if (table.profile.rows > EXACT_ROWS || key.some(({ apply }) => apply.includes('date'))) return;
  const complete = table.profile.rows - key.reduce((sum, { profile }) => sum + profile.nulls, 0);
  const distinct = key.reduce((product, { profile }) => product * profile.distinct, 1);
  if (complete <= distinct) return;
  const repeated = String(complete - distinct);
  const names = key.map(writeKeyColumn).join(', ');
  throw new AmalurError(
    'AMALUR_REPEATED_KEY',
    `${fullName(table)} repeats its key (${names}): ${key.length > 1 ? 'at least ' : ''}${repeated} of its ` +
      `${String(table.profile.rows)} rows have a key that another row has already`,
    {
      field,
      suggestion:
        'add the key columns that tell these rows apart, aggregate the table to one row a key, or set "matches" to "all"',
    },
  );
}
