import { randomBytes } from 'node:crypto';
import { Client, type ConnectionLike } from '@temporalio/client';
import type { IntegrationRecord } from '../catalog/catalog.js';
import { AmalurError } from '../core/errors.js';
import type { JobInput } from '../core/job/schema.js';
import type { CatalogAnswer, CatalogQuestion } from '../workflows/contracts/activities.js';
import type {
  InferenceRequest,
  InferenceResult,
  ExportRequest,
  ExportResult,
  ImportRequest,
  ImportResult,
  PlanningResult,
  RegistrationResult,
  TrainingResult,
} from '../workflows/contracts/results.js';
import type { HealthRequest, HealthResult } from '../workflows/contracts/health.js';
import type {
  PromotionRequest,
  PromotionResult,
  RetrainingResult,
  RetrainRequest,
} from '../workflows/contracts/retraining.js';
import type { PreparedScoring, ScoringRequest } from '../workflows/contracts/serving.js';
import type { NewTolerance } from '../workflows/contracts/steering.js';
import type { GarbageRequest, GarbageResult } from '../workflows/contracts/garbage.js';
import { loadKeys, type CodecKey } from '../workers/codec/keys.js';
import { createPayloadCodec } from '../workers/codec/payload-codec.js';
import { withArchitecture } from './architecture-file.js';
import { runHandle, type RunHandle } from './run-handle.js';
import {
  createSchedule,
  deleteSchedule,
  healthBy,
  inferenceBy,
  listSchedules,
  retrainingBy,
  trainingBy,
  triggerSchedule,
  type ScheduleOptions,
  type ScheduleSummary,
} from './schedules.js';
import { SECONDS, WorkflowStarter } from './workflow-starter.js';

export interface AmalurClientOptions {
  readonly connection: ConnectionLike;
  /** @default 'default' */
  readonly namespace?: string;
  /** Keys of the payload codec, as `loadKeys` reads them. @default those that AMALUR_CODEC_KEYS_FILE or AMALUR_CODEC_KEYS has, or none */
  readonly keys?: readonly CodecKey[];
}

export interface TrainOptions {
  /** Workflow id; a second run of the same id is refused while the first one lives. @default `train-<name>-<8 hex digits>` */
  readonly id?: string;
}

export interface ResumeOptions extends TrainOptions, NewTolerance {
  /** Name of the model. @default the run's */
  readonly name?: string;
}

export interface PredictOptions {
  /** Workflow id. @default `predict-<model>-<8 hex digits>` */
  readonly id?: string;
}

/**
 * Starts and watches Amalur's workflows on a Temporal server.
 *
 * @example
 * const client = new AmalurClient(await Connection.connect({ address: 'localhost:7233' }));
 * const run = await client.train(job);
 * console.log(await run.result());
 */
export class AmalurClient {
  /** The Temporal client, for what is not here. */
  readonly temporal: Client;
  readonly #workflows: WorkflowStarter;
  readonly #seals: boolean;

  constructor(connection: ConnectionLike | AmalurClientOptions) {
    const options = 'connection' in connection ? connection : { connection };
    const keys = options.keys ?? loadKeys(undefined);
    this.#seals = keys.length > 0;
    this.temporal = new Client({
      connection: options.connection,
      namespace: options.namespace ?? 'default',
      dataConverter: { payloadCodecs: [createPayloadCodec(keys)] },
    });
    this.#workflows = new WorkflowStarter(this.temporal, this.#seals);
  }

  /** Starts a training and returns at once. The job may be as a person writes it: the workflow fills in defaults and refuses mistakes. A file that it names is looked for in the current folder. */
  async train(job: JobInput, options: TrainOptions = {}): Promise<RunHandle<TrainingResult>> {
    return this.#workflows.start(
      'trainModel',
      await withArchitecture(job),
      options.id ?? newId(`train-${job.name}`),
      `train ${job.name}`,
    );
  }

  /**
   * Starts a training that goes on from where another run has ended, with the job of that run.
   * @param change name, and what of the model's settings decides when the training ends
   */
  async resume(
    run: string,
    { id, name, tolerance, maxRounds }: ResumeOptions = {},
  ): Promise<RunHandle<TrainingResult>> {
    const { run: before } = await this.ask({ about: 'run', run });
    if (!before?.job) {
      throw new AmalurError('AMALUR_NOT_RESUMABLE', `the run ${run} has no job to go on with`, {
        field: 'resumeFrom',
        suggestion: 'see `amalur runs`',
      });
    }
    const { job } = before;
    const limits = {
      ...(tolerance !== undefined && { tolerance }),
      ...(maxRounds !== undefined && { maxRounds }),
    };
    const again = {
      ...job,
      ...(name !== undefined && { name }),
      model: { ...job.model, ...limits },
    } as JobInput;
    return this.train({ ...again, resumeFrom: before.execution }, id === undefined ? {} : { id });
  }

  /** What a training of this job would do, and why. Moves no row. @throws AmalurError as training would */
  async plan(job: JobInput): Promise<PlanningResult> {
    const complete = await withArchitecture(job);
    return this.#workflows.finish(
      'planTraining',
      complete,
      newId(`plan-${job.name}`),
      `plan ${job.name}`,
      SECONDS.plan,
    );
  }

  /**
   * How the tables of a job come together: rows, patterns, owners, overlaps, redundancy. Trains nothing and moves no features.
   * @throws AmalurError as training would
   */
  async explainIntegration(job: JobInput): Promise<IntegrationRecord> {
    const id = newId(`explain-${job.name}`);
    return this.#workflows.finish(
      'explainIntegration',
      await withArchitecture(job),
      id,
      `explain ${job.name}`,
      SECONDS.explain,
    );
  }

  /** Starts batch inference over the rows that the silos have now. */
  async predict(
    request: InferenceRequest,
    options: PredictOptions = {},
  ): Promise<RunHandle<InferenceResult>> {
    const id = options.id ?? newId(`predict-${request.model.replace('@', '-')}`);
    return this.#workflows.start('runInference', request, id, `predict with ${request.model}`);
  }

  /** Writes a model with the encoding of its columns, at the aggregator. @throws AmalurError where the format cannot say it */
  async exportModel(request: ExportRequest): Promise<ExportResult> {
    const id = newId(`export-${request.model.replace('@', '-')}`);
    return this.#workflows.finish('exportModel', request, id, `export ${request.model}`, SECONDS.export);
  }

  /**
   * Brings a model from a file into the installation.
   * @param request the file is a blob of the exchange already
   * @throws AmalurError where it is damaged, its name is taken, or the installation lacks what it reads
   */
  async importModel(request: ImportRequest): Promise<ImportResult> {
    const id = `import-${request.name ?? 'model'}-${request.file.slice(0, 16)}`;
    return this.#workflows.finish('importModel', request, id, 'import a model', SECONDS.export);
  }

  /**
   * Starts a retraining and returns at once: trains if something has changed, and lets the alias name the new version if that is better
   * on the same test rows. A file that the job names is looked for in the current folder.
   */
  async retrain(request: RetrainRequest, options: TrainOptions = {}): Promise<RunHandle<RetrainingResult>> {
    const job = await withArchitecture(request.job);
    const id = options.id ?? newId(`retrain-${job.name}`);
    return this.#workflows.start('retrainModel', { ...request, job }, id, `retrain ${job.name}`);
  }

  /** Lets an alias of a model name this version. @throws AMALUR_UNKNOWN_MODEL */
  async promote(request: PromotionRequest): Promise<PromotionResult> {
    const id = newId(`promote-${request.model.replace('@', '-')}`);
    return this.#workflows.finish('promoteModel', request, id, `promote ${request.model}`, SECONDS.answer);
  }

  /** Lets the silos prepare what single rows are scored by; null where nothing has changed since. @throws AMALUR_NOT_SERVABLE */
  async prepareScoring(request: ScoringRequest): Promise<PreparedScoring | null> {
    const id = newId(`serve-${request.model.replace('@', '-')}`);
    const { prepared } = await this.#workflows.finish(
      'prepareScoring',
      request,
      id,
      `serve ${request.model}`,
      SECONDS.prepare,
    );
    return prepared;
  }

  /** How every site is: whether its worker answers, and whether its tables can be read and are what the catalog knows. */
  async health(request: HealthRequest = {}): Promise<HealthResult> {
    return this.#workflows.finish('siloHealth', request, newId('health'), 'how are the silos?', SECONDS.plan);
  }

  /** Lets a silo's worker profile its tables and enters what it reports into the catalog. */
  async registerSilo(silo: string): Promise<RegistrationResult> {
    const id = newId(`register-${silo}`);
    return this.#workflows.finish('registerSilo', { silo }, id, `register silo ${silo}`, SECONDS.register);
  }

  /** Removes what ended runs have left in the stores. @throws AMALUR_SILO_UNAVAILABLE without an aggregator worker */
  async collectGarbage(request: GarbageRequest = {}): Promise<GarbageResult> {
    return this.#workflows.finish('collectGarbage', request, newId('gc'), 'collect garbage', SECONDS.sweep);
  }

  /** Reads the metadata catalog. @throws AMALUR_SERVER_UNREACHABLE when no control worker answers */
  async ask(question: CatalogQuestion): Promise<CatalogAnswer> {
    return this.#workflows.finish(
      'readCatalog',
      question,
      newId(`ask-${question.about}`),
      `read ${question.about}`,
      SECONDS.answer,
    );
  }

  /** A run started earlier, here or elsewhere. */
  run<Result = TrainingResult | InferenceResult>(id: string): RunHandle<Result> {
    return runHandle(this.temporal.workflow.getHandle(id), this.#seals);
  }

  /** Trains a job by the clock; a turn is left out while the previous run is still going. Returns the schedule's id. */
  async schedule(job: JobInput, options: ScheduleOptions): Promise<string> {
    return createSchedule(this.temporal, trainingBy(await withArchitecture(job)), options);
  }

  /** The same of a retraining. */
  async scheduleRetraining(request: RetrainRequest, options: ScheduleOptions): Promise<string> {
    const job = await withArchitecture(request.job);
    return createSchedule(this.temporal, retrainingBy({ ...request, job }), options);
  }

  /** The same of a batch inference; each turn writes a file of its own unless the request names one. */
  scheduleInference(request: InferenceRequest, options: ScheduleOptions): Promise<string> {
    return createSchedule(this.temporal, inferenceBy(request), options);
  }

  /** The same of a look at every site. */
  scheduleHealth(request: HealthRequest, options: ScheduleOptions): Promise<string> {
    return createSchedule(this.temporal, healthBy(request), options);
  }

  schedules(): Promise<ScheduleSummary[]> {
    return listSchedules(this.temporal);
  }

  deleteSchedule(id: string): Promise<void> {
    return deleteSchedule(this.temporal, id);
  }

  triggerSchedule(id: string): Promise<void> {
    return triggerSchedule(this.temporal, id);
  }
}

function newId(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}
