import type { BlobRef } from '../exchange/store.js';
import type { DatePart, TimeUnit } from '../integration/encoding/date-parts.js';
import type { KeyColumn } from '../sources/key-column.js';
import type { Missing, Scale } from './features-schema.js';
import type { Job } from './schema.js';

export type { Missing, Scale } from './features-schema.js';

/** A column read as a number that is scaled. Members that may be left out have the default of the job's features. */
export interface NumericFeature {
  /** Name in the source table; of a column that several tables supply, its name in the target table. */
  readonly name: string;
  readonly encoding: 'numeric';
  /** Default: standard. */
  readonly scale?: Scale;
  /** What NULL stands for. Default: the mean; with a robust scale the median. */
  readonly missing?: Missing;
  /** A further column that is 1 where there is a value. Default: none. */
  readonly indicator?: boolean;
}

/** A column read as a number, of which powers of the scaled value are taken. */
export interface PolynomialFeature extends Omit<NumericFeature, 'encoding'> {
  readonly encoding: 'polynomial';
  /** The highest power. */
  readonly degree: number;
}

/** A column read as a number that becomes the functions of a B-spline basis. */
export interface SplineFeature {
  readonly name: string;
  readonly encoding: 'spline';
  /** How many; fewer where they would be equal. */
  readonly knots: number;
  readonly degree: number;
  /** Where knots are. Default: at quantiles. */
  readonly at?: 'uniform';
  /** Beyond the outermost knots. Default: constant. */
  readonly extrapolation?: 'linear';
  readonly indicator?: boolean;
}

/** A column read as a number that falls into one of so many bins between quantiles; fewer where these are equal. */
export interface BinsFeature {
  readonly name: string;
  readonly encoding: 'bins';
  readonly count: number;
  readonly indicator?: boolean;
}

/** A column read as texts, each of them a column. */
export interface CategoricalFeature {
  readonly name: string;
  readonly encoding: 'categorical';
  /** Levels with fewer training rows are "other". Default: 1. */
  readonly minCount?: number;
  /** Of more levels the most frequent are kept; default: all. */
  readonly maxLevels?: number;
  /** Longer texts, in UTF-16 code units, are "other". Default: 200. */
  readonly maxTextLength?: number;
  readonly indicator?: boolean;
}

/** A column read as a number of days or seconds since 1970, of which the parts are encoded. */
export interface DateFeature {
  readonly name: string;
  readonly encoding: 'date';
  readonly unit: TimeUnit;
  readonly parts: readonly DatePart[];
  /** Whether parts that have a period are sine and cosine. */
  readonly cyclic: boolean;
  /** Of parts that are not cyclic; default: standard. */
  readonly scale?: Scale;
  readonly indicator?: boolean;
}

/** A column read as texts, which share so many columns. */
export interface HashFeature {
  readonly name: string;
  readonly encoding: 'hash';
  readonly buckets: number;
}

/** A column of the base table read as texts, each of which becomes the mean label of the rows that have it. */
export interface TargetFeature {
  readonly name: string;
  readonly encoding: 'target';
  /** Rows with the mean label of all that count beside those of each level. Default: auto. */
  readonly smooth?: number;
  /** Default: standard. */
  readonly scale?: Scale;
  /** Levels with fewer training rows count as the mean of all. Default: 1. */
  readonly minCount?: number;
  /** Longer texts, in UTF-16 code units, count as the mean of all. Default: 200. */
  readonly maxTextLength?: number;
}

/** A column that is learned from, and how. Defaults are left out, so that a wide table stays small in a workflow's history. */
export type FeatureColumn = (
  | NumericFeature
  | PolynomialFeature
  | SplineFeature
  | BinsFeature
  | CategoricalFeature
  | DateFeature
  | HashFeature
  | TargetFeature
) & {
  /** Other features of the same tables, by name, with whose columns its own are multiplied. */
  readonly times?: readonly string[];
};

export type ColumnEncoding = FeatureColumn['encoding'];

/** A source table taking part in a run. */
export interface Party {
  /** `silo.table`, or `silo.alias` where the join has an alias; unique in the job. */
  readonly id: string;
  readonly silo: string;
  readonly table: string;
  /** Columns that are read for features, by their names in the table. */
  readonly features: readonly FeatureColumn[];
  /** Content hash of the table's version that the job was resolved against. */
  readonly version: string;
  /** Columns that name a row of the table: they decide the side of the split, and stand beside a prediction. */
  readonly rowKey: readonly string[];
}

/** How a table comes into the target table. */
export type Scenario = Job['integration']['scenario'];

/** One step in the building of the target table's rows: a table is joined to the rows so far, or its rows are added to them. */
export interface ResolvedJoin {
  /** The table that comes in. */
  readonly party: string;
  readonly scenario: Scenario;
  /** Where the key of a row so far is: in the first of these parties that the row has. Empty for a union. */
  readonly to: readonly { readonly party: string; readonly columns: readonly KeyColumn[] }[];
  /** Key columns of the table, in the order of those in `to`. */
  readonly columns: readonly KeyColumn[];
  /** one: the table's key must not repeat; all: a row so far is repeated for each row that it matches. */
  readonly matches: 'one' | 'all';
  /** Of a table of matches the table that it leads to: a row of it that finds none there says nothing. */
  readonly leadsTo?: string;
  /** Path of the join in the job, for messages. */
  readonly field: string;
}

/** A column of a table that supplies a target column; of several one owns a cell, as `integration.overlap` says. */
export interface ColumnSource {
  readonly party: string;
  readonly column: string;
}

/** Target columns that come from the same tables, in the order in which these own an overlapping cell. */
export interface ResolvedGroup {
  /** The party's id where one table alone supplies them, else the ids joined by `+`. */
  readonly id: string;
  readonly features: readonly FeatureColumn[];
  /** For each table the source column of each feature. */
  readonly shares: readonly { readonly party: string; readonly columns: readonly string[] }[];
}

export interface LeftOutColumn {
  /** `silo.table.column`. */
  readonly column: string;
  readonly reason: string;
}

/** Two columns of different groups, each of whose columns are multiplied with each other. */
export type InteractionAcross = readonly [ColumnOfGroup, ColumnOfGroup];

export interface ColumnOfGroup {
  readonly group: string;
  readonly column: string;
}

/** A job checked against the catalog: everything a run needs to know, and nothing else. Its JSON is hashed into step keys. */
export interface ResolvedJob {
  readonly job: Job;
  /** sha256 of the canonical JSON of `job` without `resumeFrom`: equal however the run was started. */
  readonly jobHash: string;
  /** Base party first, then the joins in the job's order. */
  readonly parties: readonly Party[];
  readonly joins: readonly ResolvedJoin[];
  /** The target table's columns, sorted by id: every cell of a row belongs to one share of its group. */
  readonly groups: readonly ResolvedGroup[];
  /** Products of columns that no single table has, which take all rows in one place. Left out: none. */
  readonly interactions?: readonly InteractionAcross[];
  /** Where the label comes from. */
  readonly labels: readonly ColumnSource[];
  /** Where the weights of rows come from; nowhere where all weigh the same. */
  readonly weights: readonly ColumnSource[];
  /** Where the offsets of rows come from; left out: nothing is added to their scores. */
  readonly offsets?: readonly ColumnSource[];
  /** Who owns a cell that several tables have. */
  readonly overlap: Job['integration']['overlap'];
  /** Columns that could have been features and are not, with the reason. */
  readonly leftOut: readonly LeftOutColumn[];
  /** Parameters with which the training begins. Left out: the model begins by itself. */
  readonly start?: ResolvedStart;
}

/** Where the parameters of a model version are. */
export interface ResolvedStart {
  /** `name@version`. */
  readonly model: string;
  /** By share, of those that the version knows: in a federated model each in its silo's private store. */
  readonly parts: Readonly<Record<string, BlobRef>>;
  /** Those that belong to no column. */
  readonly own: readonly number[];
  readonly network?: BlobRef;
  readonly classes?: BlobRef;
}

/** Parties that may bring rows into the target table: the base, and what is united or fully joined with it. */
export function originsOf<P extends Pick<Party, 'id'>>({
  parties,
  joins,
}: {
  readonly parties: readonly P[];
  readonly joins: readonly ResolvedJoin[];
}): readonly P[] {
  return parties.filter(
    ({ id }, position) =>
      position === 0 ||
      joins.some(({ party, scenario }) => party === id && (scenario === 'union' || scenario === 'outer')),
  );
}

/** Whether a row may have cells of a group from several tables: rows that are only united never do. */
export function mayOverlap({ shares }: ResolvedGroup, joins: readonly ResolvedJoin[]): boolean {
  if (shares.length < 2) return false;
  return joins.some(
    ({ party, scenario }) => scenario !== 'union' && shares.some((share) => share.party === party),
  );
}

/** Whether mean labels of levels are part of the model. */
export function encodesByLabels({ groups }: Pick<ResolvedJob, 'groups'>): boolean {
  return groups.some(({ features }) => features.some(({ encoding }) => encoding === 'target'));
}

/** Names what one table gives to a group of columns, unique in a job: the party itself where the columns are its alone. */
export function shareId({ id }: Pick<ResolvedGroup, 'id'>, party: string): string {
  return id === party ? party : `${id}/${party}`;
}
