import { AmalurError } from '../errors.js';
import type { ColumnType } from '../sources/profile.js';
import type { ResolvedJob } from './resolved.js';
import type { Job } from './schema.js';

/**
 * What keeps a model from being served row by row: a score that is no sum over tables, a row that becomes several, a cell whose owner is
 * not known from keys alone, cells that have to agree, a key that only its source can read.
 * @param columns types of the columns of the base table
 * @throws AMALUR_NOT_SERVABLE
 */
export function requireServable(
  { interactions }: { readonly interactions?: unknown },
  {
    parties,
    joins,
    job,
    groups,
    offsets = [],
  }: Pick<ResolvedJob, 'parties' | 'joins' | 'job' | 'groups' | 'offsets'>,
  columns: Readonly<Record<string, ColumnType>>,
): void {
  const base = parties[0]?.id ?? '';
  if (interactions !== undefined)
    throw notServable(
      'the model has products of columns of different tables: its score is no sum of partial scores',
      'features.interactions',
      'without them',
    );
  for (const { matches, party, field } of joins) {
    if (matches === 'all')
      throw notServable(`a row may match several rows of ${party}`, `${field}.matches`, 'with "one"');
  }
  requireOwners({ joins, groups, offsets }, job.integration.overlap);
  for (const { to, field } of joins) {
    for (const { column, apply } of to.find(({ party }) => party === base)?.columns ?? []) {
      const at = apply.indexOf('date');
      const type = Object.hasOwn(columns, column) ? columns[column] : undefined;
      if (at > 0 || (at === 0 && type !== 'date' && type !== 'timestamp'))
        throw notServable(
          `the key ${column} is text of which the source makes a date`,
          `${field}.on`,
          'with a column that is a date',
        );
    }
  }
}

/** Of the tables of a row the first owns a cell, or the offset; else that depends on more than keys tell. */
function requireOwners(
  { joins, groups, offsets }: Required<Pick<ResolvedJob, 'joins' | 'groups' | 'offsets'>>,
  overlap: Job['integration']['overlap'],
): void {
  if (overlap === 'first') return;
  // What is united with the base table has no cell in its rows.
  const united = new Set(joins.filter(({ scenario }) => scenario === 'union').map(({ party }) => party));
  const several = (sources: readonly { readonly party: string }[]) =>
    sources.filter(({ party }) => !united.has(party)).length > 1;
  const cells = groups.some(({ shares }) => several(shares));
  const [field, instead] = ['integration.overlap', 'with "first"'];
  if (overlap !== 'fail' && (cells || several(offsets)))
    throw notServable('the newest of several tables owns a cell', field, instead);
  // Offsets are not compared in an inference either.
  if (overlap === 'fail' && cells)
    throw notServable('cells of several tables have to agree, and scores do not tell', field, instead);
}

function notServable(why: string, field: string, instead: string): AmalurError {
  return new AmalurError('AMALUR_NOT_SERVABLE', why, {
    field,
    suggestion: `score with \`amalur predict\`, or train a model ${instead}`,
  });
}
