import { AmalurError } from '../errors.js';
import { learnsClasses } from './classes.js';
import { settingsOf } from './features-schema.js';
import type { JoinedTable } from './resolve-joins.js';
import type { ColumnSource, ResolvedJob } from './resolved.js';
import type { Job } from './schema.js';
import { firstSourceOf, type SharedColumn } from './shared-columns.js';

const OTHERWISE = 'encode it as "categorical" or "hash"';

/**
 * Checks that columns which are encoded by labels can be: that every row of their table has one label, which is in the same table, so
 * that what the row is encoded as is made there and is a function of it. Throws AMALUR_INVALID_JOB.
 */
export function checkTargetEncoding(
  job: Job,
  [base]: readonly [JoinedTable, ...JoinedTable[]],
  shared: readonly SharedColumn[],
  { labels, weights, offsets = [] }: Pick<ResolvedJob, 'labels' | 'weights' | 'offsets'>,
): void {
  const first = firstSourceOf(shared);
  for (const [name, asked] of Object.entries(job.features.encode)) {
    if (settingsOf(asked).type !== 'target') continue;
    const field = `features.encode["${name}"]`;
    if (labels.length === 0) {
      refuse(`${name} is to be encoded by labels, and a ${job.task} has none`, field, OTHERWISE);
    }
    if (learnsClasses(job.model)) {
      const message = `${name} is to be encoded by a mean label, and the labels of a ${job.model.type} are classes`;
      refuse(message, field, OTHERWISE);
    }
    const sources = shared.find((one) => namesOne(one, first(name)))?.sources ?? [];
    if (sources.length > 1 || !first(name).startsWith(`${base.id}.`)) {
      refuse(
        `${name} is to be encoded by labels, and is no column of ${base.id} alone, whose rows have one label each`,
        field,
        OTHERWISE,
      );
    }
    if (![...labels, ...weights].every((source) => source.party === base.id)) {
      refuse(
        `${name} is to be encoded by labels, and ${elsewhere([...labels, ...weights], base)} has labels or weights as well as ${base.id}`,
        field,
        OTHERWISE,
      );
    }
    if (offsets.length > 0) {
      refuse(
        `${name} is to be encoded by mean labels, which leave the offset of each row out of account`,
        field,
        `${OTHERWISE}, or leave target.offset out`,
      );
    }
    if (job.validation !== undefined) {
      refuse(
        `${name} is encoded by the labels of all training rows, those of the fold that a model is measured on among them`,
        'validation',
        'leave "validation" and "search" out, or encode the column as "categorical" or "hash"',
      );
    }
  }
}

function namesOne({ sources: [source] }: SharedColumn, name: string): boolean {
  return source !== undefined && name === `${source.party}.${source.column}`;
}

function elsewhere(sources: readonly ColumnSource[], base: JoinedTable): string {
  const others = sources.filter(({ party }) => party !== base.id).map(({ party }) => party);
  return [...new Set(others)].join(', ');
}

function refuse(message: string, field: string, suggestion: string): never {
  throw new AmalurError('AMALUR_INVALID_JOB', message, { field, suggestion });
}
