import { AmalurError } from '../errors.js';
import { suggest } from '../suggest.js';
import { findColumn } from './known-tables.js';
import type { JoinedTable } from './resolve-joins.js';
import type { Job } from './schema.js';
import type { SharedColumn } from './shared-columns.js';

/** Checks that every column named under `features` and `target.rowKey` exists, and that none of the features is the label. */
export function checkColumns(
  job: Job,
  parties: readonly [JoinedTable, ...JoinedTable[]],
  shared: readonly SharedColumn[],
): void {
  const { include, exclude, encode } = job.features;
  const label = job.target.label && `${parties[0].id}.${job.target.label.column}`;
  for (const [name, field] of [...named(include ?? [], 'features.include'), ...encoded(encode)]) {
    if (name === label || name === job.target.label?.column) refuseLabel(name, field);
    checkColumn(name, field, parties, shared);
  }
  for (const [name, field] of named(exclude, 'features.exclude')) {
    checkColumn(name, field, parties, shared);
    if (include?.includes(name) === true) {
      throw new AmalurError(
        'AMALUR_INVALID_JOB',
        `${name} is both in features.include and in features.exclude`,
        {
          field,
          suggestion: 'name it in one of the two',
        },
      );
    }
  }
  for (const [position, name] of (job.target.rowKey ?? []).entries()) {
    findColumn(parties[0], name, `target.rowKey[${String(position)}]`);
  }
}

function named(names: readonly string[], field: string): [string, string][] {
  return names.map((name, position) => [name, `${field}[${String(position)}]`]);
}

function encoded(encode: Job['features']['encode']): [string, string][] {
  return Object.keys(encode).map((name) => [name, `features.encode["${name}"]`]);
}

function checkColumn(
  name: string,
  field: string,
  parties: readonly JoinedTable[],
  shared: readonly SharedColumn[],
): void {
  if (shared.some((column) => column.name === name)) return;
  const party = parties.find(({ id }) => name.startsWith(`${id}.`));
  if (party !== undefined) {
    findColumn(party, name.slice(party.id.length + 1), field, `${party.id}.`);
    return;
  }
  const id = name.split('.', 2).join('.');
  const known = [
    ...shared.map((column) => column.name),
    ...parties.flatMap((one) => one.profile.columns.map((column) => `${one.id}.${column.name}`)),
  ];
  const meant = suggest(name, known);
  throw new AmalurError('AMALUR_UNKNOWN_TABLE', `${id} does not take part in this job`, {
    field,
    suggestion:
      meant === undefined
        ? `the tables of this job are ${parties.map((one) => one.id).join(', ')}`
        : `did you mean ${meant}?`,
  });
}

function refuseLabel(name: string, field: string): never {
  throw new AmalurError('AMALUR_LABEL_IN_FEATURES', `${name} is the label and cannot be a feature as well`, {
    field,
    suggestion: 'remove it: the label is never among the features',
  });
}
