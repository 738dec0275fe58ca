import { AmalurError } from '../errors.js';
import { findColumn } from './known-tables.js';
import type { JoinedTable } from './resolve-joins.js';
import type { ColumnSource } from './resolved.js';
import type { Job } from './schema.js';
import type { SharedColumn } from './shared-columns.js';

/** The tables that supply the label: all sources of a shared column, else the base table; none where nothing is predicted. */
export function labelSources(
  job: Job,
  [base]: readonly [JoinedTable, ...JoinedTable[]],
  shared: readonly SharedColumn[],
): readonly ColumnSource[] {
  const { label } = job.target;
  return label === undefined ? [] : sourcesOf(label.column, base, shared);
}

/**
 * The tables that supply the weights of rows; none where all rows weigh the same.
 * Throws AMALUR_UNKNOWN_COLUMN, AMALUR_WRONG_TYPE, AMALUR_INVALID_JOB.
 * @param labels tables that supply the label: a row of any of them needs a weight
 */
export function weightSources(
  job: Job,
  [base]: readonly [JoinedTable, ...JoinedTable[]],
  shared: readonly SharedColumn[],
  labels: readonly ColumnSource[],
): readonly ColumnSource[] {
  return numberSources(job, 'weight', 'numbers that are not negative', base, shared, labels);
}

/**
 * The tables that supply the offsets of rows; none where nothing is added to their scores.
 * Throws AMALUR_UNKNOWN_COLUMN, AMALUR_WRONG_TYPE, AMALUR_INVALID_JOB.
 * @param labels tables that supply the label: a row of any of them needs an offset
 */
export function offsetSources(
  job: Job,
  [base]: readonly [JoinedTable, ...JoinedTable[]],
  shared: readonly SharedColumn[],
  labels: readonly ColumnSource[],
): readonly ColumnSource[] {
  const sources = numberSources(job, 'offset', 'numbers', base, shared, labels);
  const isLabel = sources.some(({ party, column }) =>
    labels.some((label) => label.party === party && label.column === column),
  );
  if (!isLabel) return sources;
  throw new AmalurError('AMALUR_INVALID_JOB', 'the offset is the label itself', {
    field: 'target.offset',
    suggestion: 'choose a column that is known before the label is',
  });
}

/** The tables that supply a number which the target has for each row, if the job names one. */
function numberSources(
  job: Job,
  what: 'weight' | 'offset',
  wanted: string,
  base: JoinedTable,
  shared: readonly SharedColumn[],
  labels: readonly ColumnSource[],
): readonly ColumnSource[] {
  const name = job.target[what];
  if (name === undefined) return [];
  const field = `target.${what}`;
  const found = sharedColumn(name, base, shared);
  const { type } = found?.profile ?? findColumn(base, name, field);
  if (type !== 'integer' && type !== 'number') {
    throw new AmalurError('AMALUR_WRONG_TYPE', `the ${what} "${name}" is of type ${type}`, {
      field,
      suggestion: `choose a column of ${wanted}`,
    });
  }
  const sources = sourcesOf(name, base, shared);
  const without = labels.find(({ party }) => !sources.some((source) => source.party === party));
  if (without === undefined) return sources;
  throw new AmalurError(
    'AMALUR_INVALID_JOB',
    `rows of ${without.party} have a label, and the ${what} "${name}" does not come from there`,
    { field, suggestion: `map "${name}" under integration.columns to a column of each table with labels` },
  );
}

/** The base table with what is known of the label in all its sources. */
export function withLabel(job: Job, base: JoinedTable, shared: readonly SharedColumn[]): JoinedTable {
  const name = job.target.label?.column;
  const label = name === undefined ? undefined : sharedColumn(name, base, shared);
  if (name === undefined || label === undefined) return base;
  const others = base.profile.columns.filter((column) => column.name !== name);
  return { ...base, profile: { ...base.profile, columns: [...others, { ...label.profile, name }] } };
}

/** A table without columns that are no features. */
export function without(party: JoinedTable, sources: readonly ColumnSource[]): JoinedTable {
  const own = sources.filter((source) => source.party === party.id).map(({ column }) => column);
  const columns = party.profile.columns.filter(({ name }) => !own.includes(name));
  return { ...party, profile: { ...party.profile, columns } };
}

function sourcesOf(
  name: string,
  base: JoinedTable,
  shared: readonly SharedColumn[],
): readonly ColumnSource[] {
  return sharedColumn(name, base, shared)?.sources ?? [{ party: base.id, column: name }];
}

/** A shared column by its name in the target table, or by that of its column in the base table. */
function sharedColumn(
  name: string,
  base: JoinedTable,
  shared: readonly SharedColumn[],
): SharedColumn | undefined {
  return shared.find(
    (one) =>
      one.name === name || one.sources.some((source) => source.party === base.id && source.column === name),
  );
}
