import { readAs } from '../integration/encoding/read-as.js';
import { encodedSize } from '../integration/encoding/encoded-size.js';
import type { Party, ResolvedJob } from '../job/resolved.js';
import type { TableInSilo } from '../job/known-tables.js';
import type { TableProfile } from '../sources/profile.js';

/** What the planner knows of a party, all of it from the catalog's profile: no row is touched. */
export interface PartyStatistics {
  readonly id: string;
  readonly silo: string;
  /** r_k. */
  readonly rows: number;
  /** Dense columns of D_k: one for a numeric feature, one or two for each part of a date. */
  readonly numeric: number;
  /** Blocks of indicator columns, each one code a row: one for a categorical feature. */
  readonly categories: number;
  /** c_k: dense columns, and the levels of each category with one for "other", or the buckets of a hash. */
  readonly columns: number;
  /** Entries of D_k that a product touches: r_k × (numeric + categories). */
  readonly nonzeros: number;
  /** Cells that have to be read from the source: features, keys, label, row key. */
  readonly cellsRead: number;
  /** Bytes of the features as they would travel: 8 a number, 4 a code, and the text of each level once. */
  readonly featureBytes: number;
  /** Bytes of the join keys as they would travel: 4 a row and key, 16 for each distinct key. */
  readonly keyBytes: number;
  /** Bytes of the party's part of the model: parameters, and what encodes its columns. */
  readonly partBytes: number;
  /** Distinct join keys, each of which is hashed and looked up once. */
  readonly distinctKeys: number;
}

export interface DataStatistics {
  /** Base party first. */
  readonly parties: readonly [PartyStatistics, ...PartyStatistics[]];
  /** r_T, an upper bound: rows without label are known, rows without match are not. */
  readonly targetRows: number;
  readonly trainRows: number;
  /** Σ c_k. */
  readonly targetColumns: number;
  /** Bytes of each row's label, if it has one, and of its position in the split: 8 each. */
  readonly labelBytes: number;
}

const NUMBER_BYTES = 8;
const CODE_BYTES = 4;
const TOKEN_BYTES = 16;
/** Assumed length of a level's text. */
const LEVEL_BYTES = 12;
/** What names a column and says how it is encoded, and what every part has besides. */
const COLUMN_BYTES = 60;
const PART_BYTES = 300;

/** Describes the data of a resolved job from the profiles it was resolved against. */
export function describeData(resolved: ResolvedJob, tables: readonly TableInSilo[]): DataStatistics {
  const profiles = resolved.parties.map((party) => profileOf(party, tables));
  const [base, ...others] = resolved.parties.map((party, position) =>
    describeParty(resolved, party, profiles[position] ?? profileOf(party, tables)),
  );
  const [baseProfile] = profiles;
  if (base === undefined || baseProfile === undefined) throw new Error('a job has a base party');
  const targetRows = countTargetRows(resolved, baseProfile);
  return {
    parties: [base, ...others],
    targetRows,
    trainRows: Math.round(targetRows * (1 - resolved.job.split.test)),
    targetColumns: [base, ...others].reduce((sum, party) => sum + party.columns, 0),
    labelBytes: (1 + labelColumn(resolved.job).length) * NUMBER_BYTES * base.rows,
  };
}

function describeParty(resolved: ResolvedJob, party: Party, profile: TableProfile): PartyStatistics {
  const distinct = new Map(profile.columns.map((column) => [column.name, column.distinct]));
  const sizes = party.features.map((feature) => encodedSize(feature, distinct.get(feature.name) ?? 0));
  const numeric = sum(sizes.map(({ numbers }) => numbers));
  const categories = sum(sizes.map(({ codes }) => codes));
  const columns = sum(sizes.map((size) => size.columns));
  const texts = party.features.filter((feature) => readAs(feature) === 'categorical');
  const keys = keysOf(resolved, party);
  const read = new Set([...party.features.map(({ name }) => name), ...keys.flat()]);
  if (party === resolved.parties[0])
    [...resolved.rowKey, ...labelColumn(resolved.job)].forEach((name) => read.add(name));
  const distinctKey = (key: readonly string[]) =>
    Math.min(
      profile.rows,
      key.reduce((product, name) => product * (distinct.get(name) ?? 1), 1),
    );
  return {
    id: party.id,
    silo: party.silo,
    rows: profile.rows,
    numeric,
    categories,
    columns,
    nonzeros: profile.rows * (numeric + categories),
    cellsRead: profile.rows * read.size,
    featureBytes:
      profile.rows * (NUMBER_BYTES * (party.features.length - texts.length) + CODE_BYTES * texts.length) +
      LEVEL_BYTES * sum(texts.map(({ name }) => distinct.get(name) ?? 0)),
    partBytes:
      PART_BYTES +
      NUMBER_BYTES * columns +
      COLUMN_BYTES * party.features.length +
      LEVEL_BYTES * sum(sizes.map(({ levels }) => levels)),
    distinctKeys: sum(keys.map(distinctKey)),
    keyBytes: sum(keys.map((key) => CODE_BYTES * profile.rows + TOKEN_BYTES * distinctKey(key))),
  };
}

/** The keys by which a party takes part in joins: one for a dimension, one for each join of the base. */
function keysOf({ parties, joins }: ResolvedJob, party: Party): readonly (readonly string[])[] {
  return party === parties[0]
    ? joins.map(({ baseColumns }) => baseColumns)
    : joins.filter((join) => join.party === party.id).map(({ columns }) => columns);
}

function countTargetRows({ job, joins }: ResolvedJob, base: TableProfile): number {
  const nulls = (name: string) => base.columns.find((column) => column.name === name)?.nulls ?? 0;
  const unmatched =
    job.integration.scenario === 'inner' ? joins.flatMap(({ baseColumns }) => baseColumns).map(nulls) : [];
  return Math.max(0, base.rows - Math.max(0, ...labelColumn(job).map(nulls), ...unmatched));
}

/** The label's column, if there is one. */
function labelColumn({ target: { label } }: ResolvedJob['job']): string[] {
  return label === undefined ? [] : [label.column];
}

function profileOf(party: Party, tables: readonly TableInSilo[]): TableProfile {
  const found = tables.find(({ silo, profile }) => silo === party.silo && profile.table === party.table);
  if (found === undefined)
    throw new Error(`no profile of ${party.silo}.${party.table}, against which the job was resolved`);
  return found.profile;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
