import type { DatePart, TimeUnit } from '../integration/encoding/date-parts.js';
import type { Missing, Scale } from './features-schema.js';
import type { Job } from './schema.js';

export type { Missing, Scale } from './features-schema.js';

/** A column read as a number that is scaled. Members that may be left out have the default of the job's features. */
export interface NumericFeature {
  /** Name in the source table. */
  readonly name: string;
  readonly encoding: 'numeric';
  /** Default: standard. */
  readonly scale?: Scale;
  /** What NULL stands for. Default: the mean; with a robust scale the median. */
  readonly missing?: Missing;
  /** A further column that is 1 where there is a value. Default: none. */
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

/** A column that is learned from, and how. Defaults are left out, so that a wide table stays small in a workflow's history. */
export type FeatureColumn = NumericFeature | CategoricalFeature | DateFeature | HashFeature;

export type ColumnEncoding = FeatureColumn['encoding'];

/** A source table taking part in a run. */
export interface Party {
  /** `silo.table`, or `silo.alias` where the join has an alias; unique in the job. */
  readonly id: string;
  readonly silo: string;
  readonly table: string;
  readonly features: readonly FeatureColumn[];
  /** Content hash of the table's version that the job was resolved against. */
  readonly version: string;
}

/** A join of a dimension party to the base party, n:1. */
export interface ResolvedJoin {
  /** The "one" side. */
  readonly party: string;
  /** Key columns of the base table, in the order of `columns`. */
  readonly baseColumns: readonly string[];
  /** Key columns of the dimension table. */
  readonly columns: readonly string[];
}

export interface LeftOutColumn {
  /** `silo.table.column`. */
  readonly column: string;
  readonly reason: string;
}

/** A job checked against the catalog: everything a run needs to know, and nothing else. Its JSON is hashed into step keys. */
export interface ResolvedJob {
  readonly job: Job;
  /** sha256 of the canonical JSON of `job`: equal however the run was started. */
  readonly jobHash: string;
  /** Base party first, then the joins in the job's order. */
  readonly parties: readonly Party[];
  readonly joins: readonly ResolvedJoin[];
  readonly rowKey: readonly string[];
  /** Columns that could have been features and are not, with the reason. */
  readonly leftOut: readonly LeftOutColumn[];
}
