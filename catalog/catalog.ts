import type { Evaluation } from '../core/evaluation/evaluation.js';
import type { IntegrationFacts } from '../core/integration/describe.js';
import type { Job } from '../core/job/schema.js';
import type { ResolvedJob } from '../core/job/resolved.js';
import type { SkippedSilo } from '../core/job/silo-loss.js';
import type { Metrics, ModelManifest } from '../core/models/model.js';
import type { HostProfile, Plan, Seconds } from '../core/planner/plan.js';
import type { TableProfile } from '../core/sources/profile.js';
import type { ErrorReport } from '../core/errors.js';

/**
 * The metadata catalog. Rows of data never enter it. Every write may be repeated: a second call with the same
 * identity changes nothing, because activities are retried. Dates are ISO 8601 text in UTC.
 */
export interface Catalog {
  readonly silos: SiloRepository;
  readonly tables: TableRepository;
  readonly runs: RunRepository;
  readonly models: ModelRepository;
  readonly integrations: IntegrationRepository;
  close(): Promise<void>;
}

export interface SiloRecord {
  readonly silo: string;
  readonly hosts: readonly HostProfile[];
  readonly registeredAt: string;
}

export interface SiloRepository {
  /** Makes the silo and its host known, or brings the host's profile up to date. */
  register(silo: string, host: HostProfile): Promise<void>;
  list(): Promise<SiloRecord[]>;
}

export interface TableRecord {
  readonly silo: string;
  /** Latest profile; `profile.table` is the name within the silo. */
  readonly profile: TableProfile;
  /** 1 for the first content seen, one more for each new content hash. */
  readonly version: number;
  /** When this content was first profiled. */
  readonly profiledAt: string;
}

export interface TableRepository {
  /** Stores profiles; the version number rises only when the content hash is new (content that comes back has its old number). Tables of the silo that are not named in `present` are marked gone. */
  record(silo: string, profiles: readonly TableProfile[], present: readonly string[]): Promise<void>;
  /** Every table present, by silo and name, latest version each. */
  list(): Promise<TableRecord[]>;
}

export type RunStatus = 'running' | 'completed' | EndedStatus;
/** How a run ends that does not complete. */
export type EndedStatus = 'failed' | 'cancelled' | 'terminated' | 'timed-out';

export interface RunStart {
  /** Workflow id. */
  readonly run: string;
  /** Id of the workflow's first execution, so that a re-used workflow id is another run. */
  readonly execution: string;
  readonly kind: 'training' | 'inference' | 'import';
  readonly startedAt: string;
}

export interface RunFacts {
  readonly rounds: number;
  readonly stopReason: string | null;
  readonly metrics: Readonly<Record<'train' | 'test', Metrics>> | null;
  /** Loss and gradient norm by round. */
  readonly curve: readonly {
    readonly round: number;
    readonly loss: number;
    readonly gradientNorm: number | null;
  }[];
  /** What else the test rows tell of the model; null of an inference, and where nothing was asked. */
  readonly evaluation: Evaluation | null;
  readonly seconds: Seconds;
  readonly bytesOut: Readonly<Record<string, number>>;
  /** Silos that were lost, and that the run went on without. */
  readonly skipped?: readonly SkippedSilo[];
}

export interface RunRecord extends RunStart {
  readonly status: RunStatus;
  readonly finishedAt: string | null;
  readonly job: Job | null;
  readonly jobHash: string | null;
  readonly resolved: ResolvedJob | null;
  readonly plan: Plan | null;
  readonly facts: RunFacts | null;
  readonly error: ErrorReport | null;
  /** `name@version` of the model that the run made, or used. */
  readonly model: string | null;
  /** Execution of the run that this one goes on from. */
  readonly resumedFrom: string | null;
}

export interface RecentRun extends Pick<RunRecord, 'run' | 'execution' | 'startedAt'> {
  /** Executions whose steps it goes on from. */
  readonly goesOnFrom: readonly string[];
}

/** A call for an execution that was not started throws AMALUR_UNKNOWN_RUN. */
export interface RunRepository {
  start(run: RunStart): Promise<void>;
  /**
   * Adds what was resolved and decided: job, integration, plan with its candidates. Another plan takes the place of the
   * first until the run has completed: a repeated activity may plan anew, and the workflow goes on with what came last.
   */
  plan(execution: string, resolved: ResolvedJob, plan: Plan): Promise<void>;
  /** Adds job and integration of a run that needs no plan. */
  resolve(execution: string, resolved: ResolvedJob): Promise<void>;
  /** Completes the run, also one that had failed: a workflow may be reset. Throws AMALUR_UNKNOWN_MODEL for a model that is not there. */
  finish(execution: string, finishedAt: string, facts: RunFacts, model: string | null): Promise<void>;
  /** Ends a run that is still running; changes nothing otherwise. */
  fail(execution: string, finishedAt: string, status: EndedStatus, error: ErrorReport | null): Promise<void>;
  /** Keeps where a training stands, as JSON of references and numbers, in place of what was kept before. */
  keepStanding(execution: string, standing: string): Promise<void>;
  /** What was kept last; null if nothing was. */
  standing(execution: string): Promise<string | null>;
  /** Records that a run goes on from another, from where that one stood; null: from none, it begins anew. */
  resume(execution: string, resumedFrom: string | null, standing: string | null): Promise<void>;
  /** Newest first. */
  list(limit: number): Promise<RunRecord[]>;
  /** Runs that are still going on, and those that have ended after a time. */
  recent(endedAfter: string): Promise<RecentRun[]>;
  /** Latest execution of a workflow id, or the execution of that id. */
  get(runOrExecution: string): Promise<RunRecord | undefined>;
}

export interface ModelVersionRecord {
  readonly name: string;
  readonly version: number;
  /** Execution id of the run that made it: its training, or its import. */
  readonly execution: string;
  readonly run: string;
  readonly createdAt: string;
  readonly manifest: ModelManifest;
  readonly resolved: ResolvedJob;
  readonly metrics: Readonly<Record<'train' | 'test', Metrics>>;
  readonly aliases: readonly string[];
}

/** How a version compares with the one that an alias names. */
export interface Verdict {
  readonly name: string;
  readonly version: number;
  readonly alias: string;
  /** Version with which it was compared; null: the alias named none. */
  readonly over: number | null;
  readonly promoted: boolean;
}

export interface ModelRepository {
  /** Stores a new version of the planned run's model (named as its job) and moves the alias `latest` to it; for an execution that has a version already, returns that one. */
  publish(
    execution: string,
    manifest: ModelManifest,
    metrics: ModelVersionRecord['metrics'],
    createdAt: string,
  ): Promise<ModelVersionRecord>;
  /** Every version of every model, newest first. */
  list(): Promise<ModelVersionRecord[]>;
  /**
   * Lets an alias name a version, whatever it named before: a person's choice, among all versions that there are. Throws
   * AMALUR_UNKNOWN_MODEL for a version that is not there.
   */
  setAlias(name: string, version: number, alias: string): Promise<void>;
  /**
   * Records a verdict. The alias moves only if it names still what the version was compared with, and nobody has decided
   * otherwise since. Returns the version that it names then; null: none.
   */
  decide(verdict: Verdict): Promise<number | null>;
  /** Whether the alias names the version, or a verdict or a choice by hand has passed it over. */
  isDecided(name: string, version: number, alias: string): Promise<boolean>;
  /** `name` (latest), `name@3`, or `name@alias`. */
  get(reference: string): Promise<ModelVersionRecord | undefined>;
}

/** An integration as it was found when it was explained. */
export interface IntegrationRecord {
  /** Name of the job. */
  readonly name: string;
  /** 1 for the first that was explained under this name, one more whenever the job's integration or its tables have changed. */
  readonly version: number;
  readonly createdAt: string;
  readonly facts: IntegrationFacts;
}

export interface IntegrationRepository {
  /** Stores what was found; what is known already of this integration and these versions of its tables is returned as it is. */
  record(resolved: ResolvedJob, facts: IntegrationFacts, createdAt: string): Promise<IntegrationRecord>;
  /** Versions of a name, newest first. */
  list(name: string): Promise<IntegrationRecord[]>;
}
