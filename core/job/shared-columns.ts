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
    return shared(job, name, sources, parties, field);
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
    if (Object.hasOwn(job.integration.columns, name)) return [];
    const sources = facts
      .filter(({ profile }) => profile.columns.some((column) => column.name === name))
      .map(({ id }) => ({ party: id, column: name }))
      .filter(({ party }) => !taken.has(`${party}.${name}`));
    return sources.length < 2 ? [] : [shared(job, name, sources, parties, 'integration.columns')];
  });
}

/** The first source of a shared column, by whatever name it is called; any other column by its own name. */
export function firstSourceOf(shared: readonly SharedColumn[]): (name: string) => string {
  const first = new Map(
    shared.flatMap((column) => {
      const [one = column.name] = namesOf(column).slice(1);
      return namesOf(column).map((name) => [name, one] as const);
    }),
  );
  return (name) => first.get(name) ?? name;
}

/** All names of a shared column: in the target table, then in its sources. */
function namesOf({ name, sources }: Pick<SharedColumn, 'name' | 'sources'>): string[] {
  return [name, ...sources.map(({ party, column }) => `${party}.${column}`)];
}

function shared(
  job: Job,
  name: string,
  sources: SharedColumn['sources'],
  parties: readonly JoinedTable[],
  field: string,
): SharedColumn {
  const profiles = sources.map(({ party, column }) => {
    const found = parties.find(({ id }) => id === party)?.profile.columns.find((one) => one.name === column);
    if (!found) throw new Error(`${party} has no column ${column}`);
    return found;
  });
  // What has no value has no type.
  const types = new Set(profiles.filter(({ distinct }) => distinct > 0).map(({ type }) => type));
  const common = commonType([...types]);
  // What is no feature may be of several types.
  if (common === undefined && isWanted(job, namesOf({ name, sources })))
    refuseTypes(name, sources, [...types], field);
  const most = Math.max(...profiles.map(({ distinct }) => distinct));
  return {
    name,
    sources,
    profile: {
      name,
      type: common ?? 'other',
      nulls: profiles.reduce((sum, { nulls }) => sum + nulls, 0),
      // Tables with one value each may have different ones.
      distinct: most > 1 ? most : profiles.reduce((sum, { distinct }) => sum + distinct, 0),
    },
  };
}

/** Whether a column that goes by these names may become a feature, or is the label. */
function isWanted({ features, target }: Job, names: readonly string[]): boolean {
  const { include, exclude } = features;
  const named = (list: readonly string[]) => names.some((name) => list.includes(name));
  const label = target.label?.column;
  if (label !== undefined && named([label, `${target.base}.${label}`])) return true;
  return !named(exclude) && (include === undefined || named(include));
}

/** Truth values and numbers are not of one type: as categories, and where it is seen whether two tables agree, they differ. */
function commonType(types: readonly ColumnType[]): ColumnType | undefined {
  const [first = 'other'] = types;
  if (types.length <= 1) return first;
  return types.every((type) => type === 'integer' || type === 'number') ? 'number' : undefined;
}

/**
 * The table and the column that a job means by `silo.table.column`.
 * @param targetColumns names that might have been meant besides
 */
export function sourceOf(
  column: string,
  parties: readonly JoinedTable[],
  field: string,
  targetColumns: readonly string[] = [],
): SharedColumn['sources'][number] {
  const party = parties.find(({ id }) => column.startsWith(`${id}.`));
  if (party === undefined) refuseUnknown(column, parties, field, targetColumns);
  if (party.linksOnly) refuseLinks(party.id, field);
  const name = column.slice(party.id.length + 1);
  findColumn(party, name, field, `${party.id}.`);
  return { party: party.id, column: name };
}

function refuseUnknown(
  column: string,
  parties: readonly JoinedTable[],
  field: string,
  targetColumns: readonly string[],
): never {
  const known = parties.flatMap(({ id, profile }) => profile.columns.map(({ name }) => `${id}.${name}`));
  const bare = !column.includes('.');
  const meant =
    suggest(column, bare ? targetColumns : [...targetColumns, ...known]) ??
    (bare ? known.find((one) => one.endsWith(`.${column}`)) : undefined);
  throw new AmalurError(
    bare ? 'AMALUR_UNKNOWN_COLUMN' : 'AMALUR_UNKNOWN_TABLE',
    bare
      ? `no column that several tables supply is called "${column}"`
      : `${column.split('.', 2).join('.')} does not take part in this job`,
    {
      field,
      suggestion:
        meant !== undefined
          ? `did you mean ${meant}?`
          : bare
            ? 'write silo.table.column'
            : `the tables of this job are ${parties.map(({ id }) => id).join(', ')}`,
    },
  );
}

function refuseLinks(party: string, field: string): never {
  throw new AmalurError(
    'AMALUR_INVALID_JOB',
    `${party} only says which rows match, and gives no columns to the target table`,
    { field, suggestion: 'join it by itself, under an alias, if its columns are wanted' },
  );
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
