import { AmalurError } from '../errors.js';
import { EXACT_ROWS, type ColumnProfile } from '../sources/profile.js';
import { findColumn, findTable, fullName, type TableInSilo } from './known-tables.js';
import type { ResolvedJoin } from './resolved.js';
import type { Job } from './schema.js';

/** A party with its table, before its features are chosen. */
export interface JoinedTable extends TableInSilo {
  /** `silo.table` or `silo.alias`. */
  readonly id: string;
  /** How it joins the base; undefined for the base itself. */
  readonly join: ResolvedJoin | undefined;
}

/** The tables of the job, base first, with checked join keys. */
export function resolveJoins(
  job: Job,
  tables: readonly TableInSilo[],
): readonly [JoinedTable, ...JoinedTable[]] {
  const base = findTable(tables, job.target.base, 'target.base');
  requireRows(base);
  const parties: [JoinedTable, ...JoinedTable[]] = [
    { silo: base.silo, profile: base.profile, id: fullName(base), join: undefined },
  ];
  for (const [position, join] of job.integration.joins.entries()) {
    const field = `integration.joins[${String(position)}]`;
    const table = findTable(tables, join.table, `${field}.table`);
    const id = `${table.silo}.${join.as ?? table.profile.table}`;
    if (parties.some((party) => party.id === id)) refuseSecond(id, join.as !== undefined, field);
    const resolved = { party: id, ...keyColumns(join.on, base, table, `${field}.on`) };
    parties.push({ silo: table.silo, profile: table.profile, id, join: resolved });
  }
  return parties;
}

function keyColumns(
  on: Job['integration']['joins'][number]['on'],
  base: TableInSilo,
  table: TableInSilo,
  field: string,
): Omit<ResolvedJoin, 'party'> {
  const pairs = on.map((entry, position) => {
    const at = `${field}[${String(position)}]`;
    const [baseName, name] = typeof entry === 'string' ? [entry, entry] : [entry.base, entry.table];
    const left = findColumn(base, baseName, typeof entry === 'string' ? at : `${at}.base`);
    const right = findColumn(table, name, typeof entry === 'string' ? at : `${at}.table`);
    // What has no values has no type either.
    checkKeyHasValues(base, left, field);
    checkKeyHasValues(table, right, field);
    checkKeyTypes(base, left, table, right, at);
    return { left, right };
  });
  const columns = pairs.map(({ right }) => right);
  const repeated = columns.findIndex((column, position) => columns.indexOf(column) !== position);
  if (repeated >= 0) {
    throw new AmalurError(
      'AMALUR_DUPLICATE_NAME',
      `the key names column "${columns[repeated]?.name ?? ''}" twice`,
      {
        field: `${field}[${String(repeated)}]`,
        suggestion: 'name each key column once',
      },
    );
  }
  checkKeyIsUnique(table, columns, field);
  return { baseColumns: pairs.map(({ left }) => left.name), columns: columns.map((column) => column.name) };
}

function checkKeyTypes(
  base: TableInSilo,
  left: ColumnProfile,
  table: TableInSilo,
  right: ColumnProfile,
  field: string,
): void {
  if (left.type === right.type && left.type !== 'other') return;
  throw new AmalurError(
    'AMALUR_KEY_TYPE_MISMATCH',
    left.type === right.type
      ? `${fullName(base)}.${left.name} and ${fullName(table)}.${right.name} are of a type that cannot be matched`
      : `${fullName(base)}.${left.name} is of type ${left.type}, ${fullName(table)}.${right.name} of type ${right.type}`,
    { field, suggestion: 'join on columns of one type, or add a computed column that converts one of them' },
  );
}

/** Throws AMALUR_EMPTY_TARGET for a base table without rows: whatever else is wrong with it comes from that. */
function requireRows(base: TableInSilo): void {
  if (base.profile.rows > 0) return;
  throw new AmalurError('AMALUR_EMPTY_TARGET', `table ${fullName(base)} has no rows`, {
    field: 'target.base',
    suggestion: 'choose a table that has rows',
  });
}

function checkKeyHasValues(table: TableInSilo, column: ColumnProfile, field: string): void {
  if (column.distinct > 0) return;
  throw new AmalurError(
    'AMALUR_EMPTY_JOIN',
    `no row can match: key column "${column.name}" of ${fullName(table)} has no value in its ${String(table.profile.rows)} rows`,
    { field, suggestion: 'join on columns that have values, or leave the join out' },
  );
}

/**
 * The "one" side of a join must not repeat its key. The profile proves it for a known key, and can refute it by counting,
 * where counts are exact: a tuple of columns has at most as many distinct values as the product of theirs. What is neither
 * is left to the run.
 */
function checkKeyIsUnique(table: TableInSilo, key: readonly ColumnProfile[], field: string): void {
  const names = key.map((column) => column.name);
  if (table.profile.keys.some((known) => known.every((column) => names.includes(column)))) return;
  if (table.profile.rows > EXACT_ROWS) return;
  const complete = table.profile.rows - key.reduce((sum, column) => sum + column.nulls, 0);
  const distinct = key.reduce((product, column) => product * column.distinct, 1);
  if (complete <= distinct) return;
  const repeated = String(complete - distinct);
  throw new AmalurError(
    'AMALUR_REPEATED_KEY',
    `${fullName(table)} repeats its key (${names.join(', ')}): ${key.length > 1 ? 'at least ' : ''}${repeated} of its ` +
      `${String(table.profile.rows)} rows have a key that another row has already`,
    {
      field,
      suggestion: 'add the key columns that tell these rows apart, or aggregate the table to one row a key',
    },
  );
}

function refuseSecond(id: string, alias: boolean, field: string): never {
  throw new AmalurError(
    'AMALUR_DUPLICATE_NAME',
    alias
      ? `the name ${id} is taken by another table of the job`
      : `table ${id} takes part twice under one name`,
    {
      field: alias ? `${field}.as` : `${field}.table`,
      suggestion: alias ? 'choose another alias' : 'give this join an alias with "as"',
    },
  );
}
