import type {
  IntegrationRecord,
  RunFacts,
  RunRecord,
  RunStart,
  ModelVersionRecord,
  SiloRecord,
  TableRecord,
} from '../../catalog/catalog.js';
import type { PortableModel } from '../../core/export/amalur/model-file.js';
import type { Survey } from '../../core/integration/describe.js';
import type { ErrorReport } from '../../core/errors.js';
import type { JobInput } from '../../core/job/schema.js';
import type { ResolvedJob } from '../../core/job/resolved.js';
import type { ModelManifest } from '../../core/models/model.js';
import type { HostProfile, Plan } from '../../core/planner/plan.js';
import type { TableProfile } from '../../core/sources/profile.js';
import type { ExportRequest, ImportRequest, InferenceRequest } from './results.js';
import type { Resumption, Standing } from './standing.js';

/** What a silo says of itself. */
export interface SiloDescription {
  readonly silo: string;
  readonly host: HostProfile;
  readonly tables: readonly string[];
}

/** Quick questions to a silo's worker, on a queue of their own. */
export interface ProbeActivities {
  describeSilo(): Promise<SiloDescription>;
  /** Content hash of each table named. */
  tableVersions(tables: readonly string[]): Promise<Record<string, string>>;
  profileTable(table: string): Promise<TableProfile>;
}

export interface StartedRun {
  readonly run: string;
  readonly execution: string;
  readonly kind: RunStart['kind'];
}

/** Runs that one answer tells of; more would not fit into a payload. */
export const MOST_RUNS = 1000;

export type CatalogQuestion =
  | { readonly about: 'silos' }
  | { readonly about: 'tables' }
  | { readonly about: 'runs'; readonly limit: number }
  | { readonly about: 'run'; readonly run: string }
  | { readonly about: 'models' }
  | { readonly about: 'model'; readonly model: string };

/** The answer has the member that the question is about. */
export interface CatalogAnswer {
  readonly silos?: readonly SiloRecord[];
  readonly tables?: readonly TableRecord[];
  readonly runs?: readonly RunSummary[];
  readonly run?: RunRecord;
  readonly models?: readonly ModelSummary[];
  readonly model?: ModelVersionRecord;
}

/** A version of a model, and whether it was here before it was to be imported. */
export interface Published {
  readonly name: string;
  readonly version: number;
  readonly known: boolean;
}

export type RunSummary = Pick<
  RunRecord,
  'run' | 'execution' | 'kind' | 'startedAt' | 'finishedAt' | 'status' | 'model'
> & {
  readonly job: string | null;
  readonly strategy: string | null;
  readonly rounds: number | null;
  readonly seconds: number | null;
  readonly error: ErrorReport | null;
  /** Where a run is that goes on, as far as the server knows. */
  readonly phase: string | null;
};

export type ModelSummary = Pick<
  ModelVersionRecord,
  'name' | 'version' | 'run' | 'createdAt' | 'metrics' | 'aliases'
> & {
  readonly type: string;
};

/** The control worker's activities on the metadata catalog. */
export interface CatalogActivities {
  /**
   * Checks a job against the catalog. @throws the AMALUR_… code of what is wrong with it
   * @param without silos that are lost: their tables are left out
   */
  resolveJob(job: JobInput, without?: readonly string[]): Promise<ResolvedJob>;
  recordSilo(description: SiloDescription, profiles: readonly TableProfile[]): Promise<void>;
  startRun(run: StartedRun): Promise<void>;
  recordPlan(execution: string, resolved: ResolvedJob, plan: Plan): Promise<void>;
  /** Job and plan of an execution, for a workflow that continues as new. */
  loadRun(execution: string): Promise<{ resolved: ResolvedJob; plan: Plan }>;
  finishRun(execution: string, facts: RunFacts, model: string | null): Promise<void>;
  failRun(execution: string, status: 'failed' | 'cancelled', error: ErrorReport | null): Promise<void>;
  keepStanding(execution: string, standing: Standing): Promise<void>;
  /** A run begins anew: it goes on from none, and where it stood before is void. */
  forgetStanding(execution: string): Promise<void>;
  /** Where the run ended that a job goes on from. @throws AMALUR_UNKNOWN_RUN, AMALUR_NOT_RESUMABLE */
  resumeRun(execution: string, resolved: ResolvedJob): Promise<Resumption>;
  publishModel(
    execution: string,
    manifest: ModelManifest,
    metrics: ModelVersionRecord['metrics'],
  ): Promise<{ name: string; version: number }>;
  /** Checks a request for inference and finds its model. @throws the AMALUR_… code of what is wrong with it */
  findModel(request: InferenceRequest): Promise<ModelVersionRecord>;
  /** The same for an export. */
  findExport(request: ExportRequest): Promise<PortableModel>;
  /**
   * Enters a model that was read from a file into the catalog, as what an import has made; one that is here already stays as it is.
   * @param digest names the content of the file
   * @throws AMALUR_DUPLICATE_NAME, and the codes of tables and columns that the model needs and that are not here
   */
  publishImport(
    execution: string,
    request: ImportRequest,
    model: PortableModel,
    digest: string,
  ): Promise<Published>;
  /** Describes an integration from what was found where its rows were matched, and keeps the description. */
  recordIntegration(resolved: ResolvedJob, survey: Survey): Promise<IntegrationRecord>;
  answer(question: CatalogQuestion): Promise<CatalogAnswer>;
}

/** The control worker's activities of the cost estimator and planner. */
export interface PlanningActivities {
  /** @param aggregator profile of the aggregator worker's host; the silos' are in the catalog */
  planRun(resolved: ResolvedJob, aggregator: HostProfile): Promise<Plan>;
}

/** Quick question to the aggregator worker. */
export interface AggregatorProbeActivities {
  describeHost(): Promise<HostProfile>;
}
