import type { Job } from './schema.js';

export type ColumnEncoding = 'numeric' | 'categorical';

export interface FeatureColumn {
  /** Name in the source table. */
  readonly name: string;
  readonly encoding: ColumnEncoding;
}

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
