import { AmalurError } from '../errors.js';
import { checkEncoding } from './check-encoding.js';
import { findColumn } from './known-tables.js';
import type { JoinedTable } from './resolve-joins.js';
import type { ResolvedJob } from './resolved.js';
import type { Job } from './schema.js';
import { firstSourceOf, sourceOf, type SharedColumn } from './shared-columns.js';

/** Checks that every column named under `features` and `target.rowKey` exists, and that none of the features is the label. */
export function checkColumns(
  job: Job,
  parties: readonly [JoinedTable, ...JoinedTable[]],
  shared: readonly SharedColumn[],
  labels: ResolvedJob['labels'],
): void {
  const { include, exclude, encode, interactions } = job.features;
  const first = firstSourceOf(shared);
  const column = job.target.label?.column;
  const label = [
    ...(column === undefined ? [] : [column]),
    ...labels.map((source) => `${source.party}.${source.column}`),
  ].map(first);
  const included = named(include ?? [], 'features.include');
  const encoded = Object.keys(encode).map((name) => [name, `features.encode["${name}"]`] as const);
  const multiplied = interactions.flatMap((pair, at) => named(pair, `features.interactions[${String(at)}]`));
  for (const [name, field] of [...included, ...encoded, ...multiplied]) {
    if (label.includes(first(name))) refuseLabel(name, field);
    checkColumn(name, field, parties, shared);
  }
  for (const [position, [name, field]] of encoded.entries()) {
    const asked = encode[name];
    const column = shared.find(
      ({ sources: [source] }) => source && first(name) === `${source.party}.${source.column}`,
    );
    if (column && asked !== undefined) checkEncoding(name, column.profile, asked);
    const other = encoded.slice(0, position).find(([earlier]) => first(earlier) === first(name));
    if (other) refuseSecondEncoding(name, other[0], field);
  }
  for (const [name, field] of named(exclude, 'features.exclude')) {
    checkColumn(name, field, parties, shared);
    if (include?.some((one) => first(one) === first(name)) === true) {
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

function named(names: readonly string[], field: string): (readonly [string, string])[] {
  return names.map((name, position) => [name, `${field}[${String(position)}]`]);
}

function checkColumn(
  name: string,
  field: string,
  parties: readonly JoinedTable[],
  shared: readonly SharedColumn[],
): void {
  const targetColumns = shared.map((column) => column.name);
  if (!targetColumns.includes(name)) sourceOf(name, parties, field, targetColumns);
}

function refuseSecondEncoding(name: string, other: string, field: string): never {
  throw new AmalurError('AMALUR_DUPLICATE_NAME', `${name} and ${other} are one column of the target table`, {
    field,
    suggestion: 'say once how it is encoded',
  });
}

function refuseLabel(name: string, field: string): never {
  throw new AmalurError('AMALUR_LABEL_IN_FEATURES', `${name} is the label and cannot be a feature as well`, {
    field,
    suggestion: 'remove it: the label is never among the features',
  });
}
