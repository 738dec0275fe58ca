import { readAs } from '../integration/encoding/read-as.js';
import { encodedSizes, productSize, withoutIndicator } from '../integration/encoding/encoded-size.js';
import { learnsClasses, MOST_CLASSES } from '../job/classes.js';
import { mayOverlap, type Party, type ResolvedJob } from '../job/resolved.js';
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
  /** Bytes of the features as they would travel: 8 a number, 4 a code, the text of each level once, and labels where columns are encoded by them. */
  readonly featureBytes: number;
  /** Bytes of the join keys as they would travel: 4 a row and key, 16 for each distinct key. */
  readonly keyBytes: number;
  /** Bytes of the party's part of the model: parameters, and what encodes its columns. */
  readonly partBytes: number;
  /** Bytes of what defines target rows: 8 a row each for label, weight, offset and age, 1 for its side of the split. */
  readonly rowBytes: number;
  /** Bytes of the tokens of cells that other tables may have as well, where they are compared: as of a key of each column. */
  readonly cellBytes: number;
  /** Groups of columns that it gives to T: each has messages of its own. */
  readonly shares: number;
  /** Distinct join keys, each of which is hashed and looked up once. */
  readonly distinctKeys: number;
}

export interface DataStatistics {
  /** Base party first. */
  readonly parties: readonly [PartyStatistics, ...PartyStatistics[]];
  /** r_T, an upper bound: rows without label are known, rows without match are not. */
  readonly targetRows: number;
  readonly trainRows: number;
  /** Columns of T before encoding, and after (c_T); one that several tables supply counts once. */
  readonly targetNumeric: number;
  readonly targetCategories: number;
  readonly targetColumns: number;
  /** Classes that a model of many learns, as far as profiles tell: what the table with the most of them has; else 1. */
  readonly classes: number;
  /** Silos that supply labels. */
  readonly labelSilos: readonly string[];
  /** Silos whose parameters of shared columns leave them: others supply the columns too, or train them. */
  readonly sharingSilos: readonly string[];
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
  const targetRows = countTargetRows(resolved, profiles);
  return {
    parties: [base, ...others],
    targetRows,
    trainRows: Math.round(targetRows * (1 - resolved.job.split.test)),
    ...describeColumns(resolved, profiles),
    classes: countClasses(resolved, profiles),
    labelSilos: [...new Set(resolved.labels.map(({ party }) => siloOf(resolved, party)))],
    sharingSilos: sharingSilos(resolved),
  };
}

/** A shared column has the levels that the first of its sources knows: those of the others are mostly the same. */
function describeColumns(
  { groups, parties, interactions = [] }: ResolvedJob,
  profiles: readonly TableProfile[],
): Pick<DataStatistics, 'targetNumeric' | 'targetCategories' | 'targetColumns'> {
  const sizes = groups.flatMap(({ features, shares: [first] }) => {
    const profile = profiles[parties.findIndex(({ id }) => id === first?.party)];
    return encodedSizes(features, (_, at) => distinctOf(profile, first?.columns[at]));
  });
  for (const pair of interactions) {
    const [a, b] = pair.map(({ group: id, column }) => {
      const group = groups.find((one) => one.id === id);
      const at = group?.features.findIndex(({ name }) => name === column) ?? -1;
      const feature = group?.features[at];
      const source = group?.shares[0];
      if (!feature || !source) throw new Error(`${id} has no column ${column}`);
      const profile = profiles[parties.findIndex((party) => party.id === source.party)];
      return withoutIndicator(feature, distinctOf(profile, source.columns[at]));
    });
    if (a && b) sizes.push(productSize(a, b));
  }
  return {
    targetNumeric: sum(sizes.map(({ numbers }) => numbers)),
    targetCategories: sum(sizes.map(({ codes }) => codes)),
    targetColumns: sum(sizes.map(({ columns }) => columns)),
  };
}

function countClasses({ job, labels, parties }: ResolvedJob, profiles: readonly TableProfile[]): number {
  if (!learnsClasses(job.model)) return 1;
  const counts = labels.map(({ party, column }) =>
    distinctOf(profiles[parties.findIndex(({ id }) => id === party)], column),
  );
  return Math.min(MOST_CLASSES, Math.max(2, ...counts));
}

function distinctOf(profile: TableProfile | undefined, column: string | undefined): number {
  return profile?.columns.find(({ name }) => name === column)?.distinct ?? 0;
}

/** Shared columns are trained where the aggregator is: of federate, in the silo of the base table. */
function sharingSilos(resolved: ResolvedJob): readonly string[] {
  const [base] = resolved.parties;
  const silos = resolved.groups
    .filter(({ shares }) => shares.length > 1)
    .map(({ shares }) => shares.map(({ party }) => siloOf(resolved, party)))
    .filter((of) => of.some((silo) => silo !== base?.silo));
  return [...new Set(silos.flat())];
}

function siloOf({ parties }: ResolvedJob, id: string): string {
  return parties.find((party) => party.id === id)?.silo ?? '';
}

function describeParty(resolved: ResolvedJob, party: Party, profile: TableProfile): PartyStatistics {
  const distinct = new Map(profile.columns.map((column) => [column.name, column.distinct]));
  const sizes = encodedSizes(party.features, ({ name }) => distinct.get(name) ?? 0);
  const numeric = sum(sizes.map(({ numbers }) => numbers));
  const categories = sum(sizes.map(({ codes }) => codes));
  const columns = sum(sizes.map((size) => size.columns));
  const texts = party.features.filter((feature) => readAs(feature) === 'categorical');
  const encoded = party.features.filter(({ encoding }) => encoding === 'target');
  const keys = keysOf(resolved, party);
  const read = new Set([...party.features.map(({ name }) => name), ...keys.flat()]);
  const { overlap } = resolved;
  const age = typeof overlap === 'string' ? undefined : overlap.newest[party.id];
  const ofRows = [
    ...[...resolved.labels, ...resolved.weights, ...(resolved.offsets ?? [])]
      .filter((source) => source.party === party.id)
      .map(({ column }) => column),
    ...(age === undefined ? [] : [age]),
  ];
  [...party.rowKey, ...ofRows].forEach((name) => read.add(name));
  const shares = resolved.groups.flatMap((group) =>
    group.shares
      .filter((share) => share.party === party.id)
      .map((share) => ({ ...share, compared: mayOverlap(group, resolved.joins) })),
  );
  const tokenBytes = (key: readonly string[]) => CODE_BYTES * profile.rows + TOKEN_BYTES * distinctKey(key);
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
      LEVEL_BYTES * sum(texts.map(({ name }) => distinct.get(name) ?? 0)) +
      // Labels, weights and folds go where the columns go that are encoded by them.
      (encoded.length > 0 ? profile.rows * (NUMBER_BYTES * (1 + resolved.weights.length) + 1) : 0),
    partBytes:
      PART_BYTES +
      NUMBER_BYTES * columns +
      COLUMN_BYTES * party.features.length +
      LEVEL_BYTES * sum(sizes.map(({ levels }) => levels)) +
      NUMBER_BYTES * sum(encoded.map(({ name }) => distinct.get(name) ?? 0)),
    rowBytes: profile.rows * (NUMBER_BYTES * ofRows.length + (party.rowKey.length > 0 ? 1 : 0)),
    cellBytes: sum(
      shares
        .filter(({ compared }) => compared)
        .flatMap((share) => share.columns.map((name) => tokenBytes([name]))),
    ),
    shares: shares.length,
    distinctKeys: sum(keys.map(distinctKey)),
    keyBytes: sum(keys.map(tokenBytes)),
  };
}

/** The keys by which a party takes part in joins, as the table that comes in or as one it is joined to. */
function keysOf({ joins }: ResolvedJob, { id }: Party): readonly (readonly string[])[] {
  return joins
    .flatMap(({ party, columns, to }) => [{ party, columns }, ...to])
    .filter(({ party, columns }) => party === id && columns.length > 0)
    .map(({ columns }) => columns.map(({ column }) => column));
}

/** Rows that the joins may give at the most, as far as profiles tell: a join of many to many is taken to spread evenly. */
function countTargetRows(
  { job, joins, labels, parties }: ResolvedJob,
  profiles: readonly TableProfile[],
): number {
  const [base] = profiles;
  const profile = new Map(parties.map(({ id }, at) => [id, profiles[at]]));
  const nulls = (id: string, name: string) =>
    profile.get(id)?.columns.find((column) => column.name === name)?.nulls ?? 0;
  let rows = base?.rows ?? 0;
  for (const { party, scenario, to, columns, matches } of joins) {
    const table = profile.get(party);
    if (!table) continue;
    if (scenario === 'union') {
      rows += table.rows;
      continue;
    }
    const distinct = columns.reduce(
      (product, { column }) => product * (table.columns.find(({ name }) => name === column)?.distinct ?? 1),
      1,
    );
    if (matches === 'all') rows *= Math.max(1, table.rows / Math.max(1, Math.min(distinct, table.rows)));
    if (scenario === 'outer') rows += table.rows;
    if (scenario === 'inner') {
      const [left] = to;
      const unmatched = left?.columns.map(({ column }) => nulls(left.party, column)) ?? [];
      rows -= Math.max(0, ...unmatched);
    }
  }
  const unlabelled = labels.reduce((sum, { party, column }) => sum + nulls(party, column), 0);
  return Math.max(0, Math.min(Math.round(rows - unlabelled), job.integration.maxRows));
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
