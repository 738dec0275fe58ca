import type { ModelVersionRecord } from '../../catalog/catalog.js';
import type { BlobRef } from '../../core/exchange/store.js';
import type { StrategyName } from '../../core/job/schema.js';
import type { ResolvedJob } from '../../core/job/resolved.js';
import type { ModelManifest } from '../../core/models/model.js';
import type { Site } from '../../core/planner/plan.js';
import type { ColumnType } from '../../core/sources/profile.js';

/** Argument of the workflow `prepareScoring`. */
export interface ScoringRequest {
  /** `name`, `name@version` or `name@alias`. */
  readonly model: string;
  /** The silo on whose host rows are scored: that of the base table. Default: wherever the exchange can be read. */
  readonly silo?: string;
  /** What was prepared before: only what has changed since is prepared anew. */
  readonly since?: PreparedBefore & {
    /** In its name silos answer again for what has not changed. Default: a new one, in whose name all is prepared. */
    readonly execution?: string;
  };
}

/** What is compared, to see whether something has changed. */
export interface PreparedBefore {
  /** `name@version`. */
  readonly model: string;
  /** Data version of each table, by party. */
  readonly versions: Readonly<Record<string, string>>;
  /** Types of the columns of the base table. */
  readonly columns: Readonly<Record<string, ColumnType>>;
}

/** Result of the workflow `prepareScoring`: null where nothing has changed since. */
export interface ScoringResult {
  readonly prepared: PreparedScoring | null;
}

/** What rows are scored by, as references. */
export interface PreparedScoring extends PreparedBefore {
  /** In its name silos have prepared. */
  readonly execution: string;
  readonly name: string;
  readonly version: number;
  readonly trainedBy: StrategyName | null;
  readonly site: Site;
  readonly manifest: Pick<ModelManifest, 'type' | 'intercept' | 'own' | 'classes' | 'network'>;
  /** Id of the base table. */
  readonly base: string;
  readonly joins: ResolvedJob['joins'];
  readonly groups: ResolvedJob['groups'];
  readonly offsets: NonNullable<ResolvedJob['offsets']>;
  /** Parts of the model of the base table, by share. */
  readonly parts: Readonly<Record<string, BlobRef>>;
  /** Keys of the other tables, by party. */
  readonly links: Readonly<Record<string, BlobRef>>;
  /** Partial scores of the other tables, by share. */
  readonly scores: Readonly<Record<string, BlobRef>>;
  /** Under which keys are hashed. */
  readonly secret?: BlobRef;
}

/** A model to be served, with what the catalog knows besides. */
export interface ServedRecord {
  readonly model: ModelVersionRecord;
  readonly trainedBy: StrategyName | null;
  /** Types of the columns of the base table. */
  readonly columns: Readonly<Record<string, ColumnType>>;
}

/** The control worker's activity of serving. */
export interface ServingActivities {
  /** Checks a request and finds its model. @throws the AMALUR_… code of what is wrong with it */
  findServed(request: ScoringRequest): Promise<ServedRecord>;
}
