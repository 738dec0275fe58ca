import { AmalurError } from '../errors.js';
import type { ColumnType } from '../sources/profile.js';
import { didYouMean } from '../suggest.js';
import { findColumn } from './known-tables.js';
import type { JoinedTable } from './resolve-joins.js';
import type { Job } from './schema.js';

const TIMES: readonly ColumnType[] = ['date', 'timestamp', 'integer', 'number'];

/** Checks the columns by which the newest source of a cell is found. Throws AMALUR_UNKNOWN_TABLE, AMALUR_UNKNOWN_COLUMN, AMALUR_WRONG_TYPE. */
export function checkOverlap(job: Job, parties: readonly JoinedTable[]): void {
  const { overlap } = job.integration;
  if (typeof overlap === 'string') return;
  for (const [id, name] of Object.entries(overlap.newest)) {
    const field = `integration.overlap.newest["${id}"]`;
    const party = parties.find((candidate) => candidate.id === id);
    if (!party) {
      const suggestion = didYouMean(
        id,
        parties.map((candidate) => candidate.id),
      );
      throw new AmalurError('AMALUR_UNKNOWN_TABLE', `${id} does not take part in this job`, {
        field,
        ...(suggestion !== undefined && { suggestion }),
      });
    }
    const column = findColumn(party, name, field);
    if (TIMES.includes(column.type)) continue;
    throw new AmalurError('AMALUR_WRONG_TYPE', `${id}.${name} is of type ${column.type} and tells no time`, {
      field,
      suggestion: 'name a date, a timestamp or a number that grows',
    });
  }
}
