import { AmalurError } from '../errors.js';
import type { ColumnType } from '../sources/profile.js';
import { didYouMean } from '../suggest.js';
import { findColumn } from './known-tables.js';
import type { JoinedTable } from './resolve-joins.js';
import type { Job } from './schema.js';

const TIMES: readonly ColumnType[] = ['date', 'timestamp', 'integer', 'number'];

/** A table with the kind of time by which its rows are compared with others. */
interface Aged {
  readonly id: string;
  readonly kind: ColumnType;
}

/** Checks the columns by which the newest source of a cell is found. Throws AMALUR_UNKNOWN_TABLE, AMALUR_UNKNOWN_COLUMN, AMALUR_WRONG_TYPE. */
export function checkOverlap(job: Job, parties: readonly JoinedTable[]): void {
  const { overlap } = job.integration;
  if (typeof overlap === 'string') return;
  const known: Aged[] = [];
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
    const { type } = findColumn(party, name, field);
    if (!TIMES.includes(type)) refuseTimeless(`${id}.${name}`, type, field);
    // A date counts days, a timestamp seconds.
    const kind = type === 'integer' ? 'number' : type;
    const other = known.find((one) => one.kind !== kind);
    if (other) refuseTwoKinds(`${id}.${name}`, kind, other, field);
    known.push({ id, kind });
  }
}

function refuseTimeless(column: string, type: ColumnType, field: string): never {
  throw new AmalurError('AMALUR_WRONG_TYPE', `${column} is of type ${type} and tells no time`, {
    field,
    suggestion: 'name a date, a timestamp or a number that grows',
  });
}

function refuseTwoKinds(column: string, kind: ColumnType, other: Aged, field: string): never {
  throw new AmalurError(
    'AMALUR_WRONG_TYPE',
    `${column} is of type ${kind}, that of ${other.id} of type ${other.kind}: neither tells which is newer`,
    { field, suggestion: "compute a column of one type in the silo's configuration" },
  );
}
