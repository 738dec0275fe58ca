import type { IntegrationRecord } from '../../catalog/catalog.js';
import type { ExportFormat } from '../../core/job/export-formats.js';
import type { JobInput, StrategyName } from '../../core/job/schema.js';
import type { ResolvedJob } from '../../core/job/resolved.js';
import type { SkippedSilo } from '../../core/job/silo-loss.js';
import type { Metrics } from '../../core/models/model.js';
import type { Plan, Seconds, Site } from '../../core/planner/plan.js';
import type { MeasureName } from '../../core/validation/measures.js';
import type { ValidationReport } from '../../core/validation/report.js';
import type { EndReason } from '../../core/training/steering.js';
import type { HealthRequest, HealthResult } from './health.js';
import type { PromotionRequest, PromotionResult, RetrainRequest, RetrainingResult } from './retraining.js';
import type { ScoringRequest, ScoringResult } from './serving.js';

/** What a training has found where rows were matched. */
export interface Integrated {
  readonly rows: { readonly train: number; readonly test: number };
  /** Of tables that supply the same columns, where their cells could be compared: rows that several have, cells in which they disagree. */
  readonly overlaps?: readonly {
    readonly group: string;
    readonly rows: number;
    readonly disagreements: number;
  }[];
}

/** Result of the workflow `trainModel`. */
export interface TrainingResult extends Integrated {
  readonly run: string;
  readonly execution: string;
  readonly jobHash: string;
  readonly model: { readonly name: string; readonly version: number };
  readonly strategy: StrategyName;
  readonly site: Site;
  readonly rounds: number;
  readonly stopped: EndReason;
  readonly metrics: Readonly<Record<'train' | 'test', Metrics>>;
  /** What cross-validation has found; test rows took no part. */
  readonly validation?: ValidationReport;
  /** Silos that it was trained without, because they were lost. */
  readonly skipped?: readonly SkippedSilo[];
  readonly seconds: Seconds;
  readonly bytesOut: Readonly<Record<string, number>>;
  readonly predictedSeconds: Seconds;
}

/** The one argument of the workflow `runInference`. */
export interface InferenceRequest {
  /** `name`, `name@version` or `name@alias`. */
  readonly model: string;
  /** materialize: rows come together; factorize: partial scores are summed. Default: factorize, but for models with products of columns of different tables. */
  readonly strategy?: 'materialize' | 'factorize';
  /** File to write within the site's folder of predictions, .csv or .parquet; default: the model's and the run's name. */
  readonly output?: string;
}

/** Result of the workflow `runInference`. */
export interface InferenceResult {
  readonly run: string;
  readonly execution: string;
  readonly model: { readonly name: string; readonly version: number };
  readonly strategy: 'materialize' | 'factorize';
  readonly site: Site;
  /** Path on the host of the site. */
  readonly file: string;
  readonly rows: number;
  readonly sha256: string;
  readonly seconds: Seconds;
  readonly bytesOut: Readonly<Record<string, number>>;
}

/** Result of the workflow `planTraining`: what `trainModel` would do. */
export interface PlanningResult {
  readonly resolved: ResolvedJob;
  readonly plan: Plan;
}

/** Argument of the workflow `exportModel`. */
export interface ExportRequest {
  /** `name`, `name@version` or `name@alias`. */
  readonly model: string;
  /** Default: by the name of `output`; onnx where there is none. */
  readonly format?: ExportFormat;
  /** File name within the aggregator's folder of predictions: .onnx, .amalur or FOLDER/model.json. */
  readonly output?: string;
}

/** Result of the workflow `exportModel`. */
export interface ExportResult {
  readonly model: string;
  readonly format: ExportFormat;
  /** On the host of the aggregator worker. */
  readonly file: string;
  /** Of all its files. */
  readonly bytes: number;
  readonly sha256: string;
}

/** Argument of the workflow `importModel`. */
export interface ImportRequest {
  /** sha256 of the file, which is a blob of the exchange. */
  readonly file: string;
  /** Name that the model gets here; default: the one that it has in the file. */
  readonly name?: string;
  /** Where models of the name are here already: whether it becomes their next version. Default: false. */
  readonly nextVersion?: boolean;
}

/** Result of the workflow `importModel`. */
export interface ImportResult {
  readonly run: string;
  readonly model: { readonly name: string; readonly version: number };
  /** It was here before, and nothing has changed. */
  readonly known: boolean;
  /** `name@version` in the installation that exported it. */
  readonly origin: string;
}

/** Result of the workflow `registerSilo`. */
export interface RegistrationResult {
  readonly silo: string;
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly columns: number }[];
}

export type Phase =
  | 'validating'
  | 'checking silos'
  | 'planning'
  | 'publishing'
  | 'matching'
  | 'cross-validating'
  | 'training'
  | 'paused'
  | 'evaluating'
  | 'leaving silos out'
  | 'comparing'
  | 'predicting'
  | 'storing'
  | 'completed';

/** Answer of the query `progress`. */
export interface RunProgress {
  readonly phase: Phase;
  readonly strategy: StrategyName | null;
  readonly site: Site | null;
  readonly round: number;
  readonly maxRounds: number;
  readonly loss: number | null;
  readonly gradientNorm: number | null;
  readonly tolerance: number | null;
  readonly silos: readonly SiloProgress[];
  /** Job, or model that predicts, with the kind of model. */
  readonly subject?: string;
  /** Why it is this plan, in a sentence. */
  readonly why?: string;
  /** The first loss that this training has told of. */
  readonly begun?: { readonly round: number; readonly loss: number } | null;
  /** What it was told to hold instead of what the job says. */
  readonly told?: { readonly tolerance?: number; readonly maxRounds?: number };
  /** What else there is to say, by name. */
  readonly facts?: Readonly<Record<string, string>>;
  /** While cross-validation goes on. */
  readonly validation?: TrialProgress;
  /** What somebody has asked of the run, and is not over. */
  readonly asked?: 'pause' | 'stop' | null;
  /** Host that does the steps of each site. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Sites that the run waits for, and since when they have no worker. */
  readonly absent?: readonly { readonly site: Site; readonly since: string }[];
  /** Silos that were lost, and that the run goes on without. */
  readonly skipped?: readonly SkippedSilo[];
}

/** Where a search is; trials and folds are counted from 1. */
export interface TrialProgress {
  readonly trial: number;
  readonly trials: number;
  readonly fold: number;
  readonly folds: number;
  readonly measure: MeasureName;
  /** Mean of the best trial so far. */
  readonly best: number | null;
}

export interface SiloProgress {
  readonly silo: string;
  readonly state: string;
  readonly round: number;
  readonly bytesOut: number;
  readonly seconds: number;
  /** Of its tables in the run, once it has read them. */
  readonly rows?: number;
  /** Attempts at its steps that failed or were lost, and were made again. Left out: none. */
  readonly repeats?: number;
}

export const PROGRESS_QUERY = 'progress';

/** Startable workflows by name, with argument and result: what the client library is typed by. */
export interface WorkflowTypes {
  trainModel(job: JobInput): Promise<TrainingResult>;
  planTraining(job: JobInput): Promise<PlanningResult>;
  explainIntegration(job: JobInput): Promise<IntegrationRecord>;
  runInference(request: InferenceRequest): Promise<InferenceResult>;
  exportModel(request: ExportRequest): Promise<ExportResult>;
  importModel(request: ImportRequest): Promise<ImportResult>;
  retrainModel(request: RetrainRequest): Promise<RetrainingResult>;
  promoteModel(request: PromotionRequest): Promise<PromotionResult>;
  siloHealth(request: HealthRequest): Promise<HealthResult>;
  prepareScoring(request: ScoringRequest): Promise<ScoringResult>;
  registerSilo(request: { readonly silo: string }): Promise<RegistrationResult>;
}

/** Search attributes that every run carries; stored in clear, so nothing private. */
export const SEARCH_ATTRIBUTES = {
  Model: 'Keyword',
  Strategy: 'Keyword',
  RunPhase: 'Keyword',
  Silos: 'KeywordList',
  BestMetric: 'Double',
  Round: 'Int',
} as const;
