import { AmalurError } from '../errors.js';
import type { ColumnProfile, ColumnType } from '../sources/profile.js';
import { suggest } from '../suggest.js';
import { findColumn } from './known-tables.js';
import type { JoinedTable } from './resolve-joins.js';
import type { Job } from './schema.js';

/** A column of the target table that several tables supply. */
export interface SharedColumn {
  /** Name in the target table. */
  readonly name: string;
  /** In the order in which they own a cell that more than one of them has. */
  readonly sources: readonly { readonly party: string; readonly column: string }[];
  /** What the catalog says of all of them together. */
  readonly profile: ColumnProfile;
}

/**
 * The columns that more than one table supplies: those that the job maps, and those of one name in tables that are united.
 * Throws AMALUR_UNKNOWN_TABLE, AMALUR_UNKNOWN_COLUMN, AMALUR_DUPLICATE_NAME, AMALUR_WRONG_TYPE.
 */
export function sharedColumns(job: Job, parties: readonly JoinedTable[]): readonly SharedColumn[] {
  const taken = new Map<string, string>();
  const mapped = Object.entries(job.integration.columns).map(([name, columns]) => {
    const field = `integration.columns["${name}"]`;
    const sources = columns.map((column, position) => {
      const at = `${field}[${String(position)}]`;
      const source = sourceOf(column, parties, at);
      const other = taken.get(column);
      if (other !== undefined) refuseSecondUse(column, other, at);
      taken.set(column, name);
      return source;
    });
    const repeated = sources.find(({ party }, i) => sources.findIndex((one) => one.party === party) !== i);
    if (repeated) refuseTwoOfOneTable(repeated.party, name, field);
    return shared(name, sources, parties, field);
  });
  return [...mapped, ...unitedColumns(job, parties, taken)];
}

/** Columns of the base and of the tables united with it go by their name, unless the job maps them. */
function unitedColumns(
  job: Job,
  parties: readonly JoinedTable[],
  taken: ReadonlyMap<string, string>,
): SharedColumn[] {
  const facts = parties.filter(({ join }, position) => position === 0 || join?.scenario === 'union');
  if (facts.length === 1) return [];
  const names = [...new Set(facts.flatMap(({ profile }) => profile.columns.map(({ name }) => name)))];
  return names.flatMap((name) => {
    if (name in job.integration.columns) return [];
    const sources = facts
      .filter(({ profile }) => profile.columns.some((column) => column.name === name))
      .map(({ id }) => ({ party: id, column: name }))
      .filter(({ party }) => !taken.has(`${party}.${name}`));
    if (sources.length < 2) return [];
    // What is no feature may be of several types.
    const left = job.features.exclude.some((one) =>
      [name, ...sources.map(({ party }) => `${party}.${name}`)].includes(one),
    );
    return [shared(name, sources, parties, left ? undefined : 'integration.columns')];
  });
}

/** @param field where the job brings them together; undefined if they need no type in common */
function shared(
  name: string,
  sources: SharedColumn['sources'],
  parties: readonly JoinedTable[],
  field: string | undefined,
): SharedColumn {
  const profiles = sources.map(({ party, column }) => {
    const found = parties.find(({ id }) => id === party)?.profile.columns.find((one) => one.name === column);
    if (!found) throw new Error(`${party} has no column ${column}`);
    return found;
  });
  // What has no value has no type.
  const types = new Set(profiles.filter(({ distinct }) => distinct > 0).map(({ type }) => type));
  const common = commonType([...types]);
  if (common === undefined && field !== undefined) refuseTypes(name, sources, [...types], field);
  const type = common ?? 'other';
  const most = Math.max(...profiles.map(({ distinct }) => distinct));
  return {
    name,
    sources,
    profile: {
      name,
      type,
      nulls: profiles.reduce((sum, { nulls }) => sum + nulls, 0),
      // Tables with one value each may have different ones.
      distinct: most > 1 ? most : profiles.reduce((sum, { distinct }) => sum + distinct, 0),
    },
  };
}

function commonType(types: readonly ColumnType[]): ColumnType | undefined {
  const [first = 'other'] = types;
  if (types.length <= 1) return first;
  return types.every((type) => type === 'integer' || type === 'number' || type === 'boolean')
    ? 'number'
    : undefined;
}

function sourceOf(
  column: string,
  parties: readonly JoinedTable[],
  field: string,
): { readonly party: string; readonly column: string } {
  const party = parties.find(({ id }) => column.startsWith(`${id}.`));
  if (!party) {
    const known = parties.flatMap(({ id, profile }) => profile.columns.map(({ name }) => `${id}.${name}`));
    const meant = suggest(column, known);
    throw new AmalurError(
      'AMALUR_UNKNOWN_TABLE',
      `${column.split('.', 2).join('.')} does not take part in this job`,
      {
        field,
        suggestion:
          meant === undefined
            ? `the tables of this job are ${parties.map(({ id }) => id).join(', ')}`
            : `did you mean ${meant}?`,
      },
    );
  }
  const name = column.slice(party.id.length + 1);
  findColumn(party, name, field, `${party.id}.`);
  return { party: party.id, column: name };
}

function refuseSecondUse(column: string, other: string, field: string): never {
  throw new AmalurError(
    'AMALUR_DUPLICATE_NAME',
    `${column} is mapped to the target column "${other}" already`,
    {
      field,
      suggestion: 'map each source column to one target column',
    },
  );
}

function refuseTwoOfOneTable(party: string, name: string, field: string): never {
  throw new AmalurError('AMALUR_DUPLICATE_NAME', `${party} supplies the target column "${name}" twice`, {
    field,
    suggestion: 'name one column of each table; where a table is joined twice, use its alias',
  });
}

function refuseTypes(
  name: string,
  sources: SharedColumn['sources'],
  types: readonly ColumnType[],
  field: string,
): never {
  throw new AmalurError(
    'AMALUR_WRONG_TYPE',
    `the target column "${name}" is of type ${types.join(' and ')} in ${sources.map(({ party }) => party).join(', ')}`,
    {
      field,
      suggestion: `compute a column of one type in the silo's configuration, or name "${name}" in features.exclude`,
    },
  );
}
