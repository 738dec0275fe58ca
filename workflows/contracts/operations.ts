import type { BlobRef } from '../../core/exchange/store.js';
import type { Intervals } from '../../core/evaluation/bootstrap.js';
import type { Evaluation } from '../../core/evaluation/evaluation.js';
import type { PortableModel } from '../../core/export/amalur/model-file.js';
import type { EvaluationSpec } from '../../core/job/evaluation-schema.js';
import type { ExportFormat } from '../../core/job/export-formats.js';
import type { Job, Label, ModelSpec, ModelType } from '../../core/job/schema.js';
import type { Search, Validation } from '../../core/job/search-schema.js';
import type { Survey } from '../../core/integration/describe.js';
import type { JoinFacts } from '../../core/integration/lay-out.js';
import type { Overlap } from '../../core/integration/row-patterns.js';
import type { FeatureColumn, InteractionAcross, Party, ResolvedJob } from '../../core/job/resolved.js';
import type { Metrics, ModelManifest } from '../../core/models/model.js';
import type { Site } from '../../core/planner/plan.js';
import type { KeyColumn } from '../../core/sources/key-column.js';
import type { Progress, StopReason } from '../../core/training/program.js';
import type { Steering } from '../../core/training/steering.js';
import type { ValidationReport } from '../../core/validation/report.js';
import type { TrialParameters } from '../../core/validation/trials.js';
import type { GarbageOperations } from './garbage.js';
import type { ImportRequest } from './results.js';
import type { MeasureInput, MeasureOutput } from './retraining.js';
import type { AggregatorFoldOperations, SiloFoldOperations } from './validation.js';

/** What one operation has cost at its site; the seconds do not overlap. */
export interface Cost {
  /** Reading sources, matching rows, building T. */
  readonly join: number;
  readonly compute: number;
  readonly transfer: number;
  /** Bytes written to the exchange. */
  readonly bytesOut: number;
}

export interface Costed {
  readonly cost: Cost;
}

/** Every operation names the execution it belongs to: step keys and secrets are per execution. */
export interface OfExecution {
  readonly execution: string;
}

/** Public half of the key pair that a silo made for this execution. */
export interface OpenChannelOutput {
  readonly publicKey: string;
}

export interface SealSecretInput extends OfExecution {
  readonly publicKeys: Readonly<Record<string, string>>;
}

/** The execution's secret, sealed for each silo: who merely passes it on learns nothing. */
export interface SealSecretOutput {
  readonly sealed: Readonly<Record<string, string>>;
}

/** What a party publishes of its rows so that they find each other, and of a table that brings rows in what defines them. */
export interface PartyLink {
  readonly party: Party;
  /** Key columns by the party of the join that they are for. */
  readonly keys: Readonly<Record<string, readonly KeyColumn[]>>;
  /** Source columns by the target column that other tables supply as well: equal values are to be told from different ones. */
  readonly cells: Readonly<Record<string, string>>;
  /** For training: the label, of a table that supplies it. */
  readonly label?: Label & {
    /** Every value is a class of its own, and travels with its name. */
    readonly classes?: boolean;
  };
  /** For training: the column of weights, of a table that supplies it. */
  readonly weight?: string;
  /** The column of offsets, of a table that supplies it. */
  readonly offset?: string;
  /** For training: the row key that decides which rows are held out, of a table that brings rows in. */
  readonly split?: { readonly columns: readonly string[]; readonly seed: number; readonly test: number };
  /** For cross-validation, of a table that brings rows in: what is hashed to a block of rows, or the column of time. */
  readonly fold?:
    | { readonly columns: readonly string[]; readonly seed: number; readonly blocks: number }
    | { readonly time: string };
  /** For training, of the base table where columns are encoded by labels: what is hashed to the folds of cross-fitting. */
  readonly target?: { readonly columns: readonly string[]; readonly seed: number };
  /** For inference: columns that name a row in the result, of a table that brings rows in. */
  readonly identify?: readonly string[];
  /** Column that tells how new a row is, where the newest source owns a cell. */
  readonly age?: string;
}

export interface PublishInput extends OfExecution {
  readonly links: readonly PartyLink[];
  /** Where rows are matched: what is published goes there. */
  readonly site: Site;
  /** rows: the feature columns go to the site too (materialize); keys: they stay. */
  readonly what: 'rows' | 'keys';
  /** federate: keys are hashed under the execution's secret. */
  readonly channel?: { readonly sealed?: string };
}

export interface PublishedParty {
  readonly rows: number;
  /** Feature columns: private to the silo, or at the site. */
  readonly features: BlobRef;
  /** Key tokens, labels, split: at the site. */
  readonly link: BlobRef;
}

export interface PublishOutput extends Costed {
  readonly parties: Readonly<Record<string, PublishedParty>>;
}

export interface MatchInput extends OfExecution {
  readonly resolved: Pick<ResolvedJob, 'joins' | 'groups' | 'labels' | 'weights' | 'offsets'> & {
    /** Without their features, which the groups have: a wide table's make up most of a payload. */
    readonly parties: readonly Pick<Party, 'id' | 'silo'>[];
  };
  readonly overlap: Job['integration']['overlap'];
  readonly maxRows: number;
  /** Training only; counts: whether the parties are to know n_k. */
  readonly learn?: { readonly job: Job; readonly counts: boolean };
  readonly published: Readonly<Record<string, PublishedParty>>;
}

/** What the integration has found. */
export interface MatchFacts {
  readonly joins: readonly JoinFacts[];
  /** Of the groups of columns that several tables supply, as far as their cells could be compared. */
  readonly overlaps: readonly Overlap[];
}

export interface MatchOutput extends Costed, MatchFacts {
  readonly target: BlobRef;
  readonly rows: number;
  readonly trainRows: number;
  /** n_k of each share, at its party's home; none where the parties take no steps. */
  readonly counts: Readonly<Record<string, BlobRef>>;
}

export type SurveyInput = Omit<MatchInput, 'learn'>;

export interface SurveyOutput extends Costed, Survey {}

/** A link of an actor's chain of steps: the key of the last one committed. */
export type StepKey = string;

/** What one table gives to a group of columns of T; most groups are one party's alone, and named as it is. */
export interface ShareOfColumns {
  /** `shareId` of group and party. */
  readonly id: string;
  /** The group's columns, under their names in T. */
  readonly columns: readonly FeatureColumn[];
  /** Their names in the table. */
  readonly sources: readonly string[];
  /** The table's feature columns. */
  readonly features: BlobRef;
}

export interface TrainingShare extends ShareOfColumns {
  /** Id of the group. */
  readonly group: string;
  /** n_k of the rows that the party owns here. */
  readonly counts: BlobRef;
  /** Where several tables supply the columns: the encoder that was learned from all of them. */
  readonly encoder?: BlobRef;
}

export interface SummarizeSharesInput extends OfExecution {
  /** Where the summaries are merged. */
  readonly site: Site;
  readonly shares: readonly Omit<TrainingShare, 'encoder'>[];
}

export interface SummarizeSharesOutput extends Costed {
  /** By share. */
  readonly summaries: Readonly<Record<string, BlobRef>>;
}

export interface FitSharedInput extends OfExecution {
  /** Some models ask for an encoding without negative numbers. */
  readonly model: ModelType;
  readonly trainRows: number;
  /** Groups that several tables supply. */
  readonly groups: readonly {
    readonly columns: readonly FeatureColumn[];
    readonly shares: readonly { readonly id: string; readonly silo: string }[];
  }[];
  readonly summaries: Readonly<Record<string, BlobRef>>;
}

export interface FitSharedOutput extends Costed {
  /** By share, where its table is. */
  readonly encoders: Readonly<Record<string, BlobRef>>;
}

export interface StartPartiesInput extends OfExecution {
  readonly spec: ModelSpec;
  readonly trainRows: number;
  readonly shares: readonly TrainingShare[];
}

export interface StartPartiesOutput extends Costed {
  /** By share. */
  readonly heads: Readonly<Record<string, StepKey>>;
}

export interface PartyStepInput extends OfExecution {
  /** Exchanges until now, halves counted: a step's place in the chain. */
  readonly round: number;
  /** Where the aggregator is: messages stay private if it is here. */
  readonly site: Site;
  readonly shares: readonly { readonly id: string; readonly head: StepKey; readonly down: BlobRef }[];
}

export interface PartyStepOutput extends Costed {
  readonly shares: Readonly<Record<string, { readonly head: StepKey; readonly up: BlobRef }>>;
}

export interface StartAggregatorInput extends OfExecution {
  readonly spec: ModelSpec;
  readonly target: BlobRef;
  /** Silo of each party, to know which messages need not travel. */
  readonly silos: Readonly<Record<string, string>>;
}

export interface AggregatorStepInput extends OfExecution {
  readonly round: number;
  readonly head: StepKey;
  readonly ups: Readonly<Record<string, BlobRef>>;
  /** What the program is told before it takes the step. */
  readonly steering?: Steering;
}

export interface AggregatorStepOutput extends Costed {
  readonly head: StepKey;
  /** None after half an exchange, which completes no round. */
  readonly progress?: Progress;
  /** Messages for the parties that are to take the next step, and no others; or why there are none. */
  readonly down?: Readonly<Record<string, BlobRef>>;
  readonly stopped?: StopReason;
  /** When it has stopped: θ of columns that several tables supply, by share. */
  readonly shared?: Readonly<Record<string, BlobRef>>;
}

export interface FinishPartiesInput extends OfExecution {
  readonly site: Site;
  /** federate: parameters are stored with their silo only. */
  readonly parametersStay: boolean;
  /** theta: of columns that others supply too. */
  readonly shares: readonly { readonly id: string; readonly head: StepKey; readonly theta?: BlobRef }[];
}

export interface FinishPartiesOutput extends Costed {
  readonly shares: Readonly<Record<string, { readonly part: BlobRef; readonly scores: BlobRef }>>;
}

export interface Fitted extends Pick<
  ModelManifest,
  'intercept' | 'interceptError' | 'own' | 'classes' | 'solver' | 'network'
> {
  readonly metrics: Readonly<Record<'train' | 'test', Metrics>>;
  /** At most 200 points. */
  readonly curve: readonly Progress[];
  /** None where nothing is asked, or there are too few test rows. */
  readonly evaluation?: Evaluation;
  /** Predictions of the test rows, at the site, where they are to be kept. */
  readonly predictions?: BlobRef;
  /** Where they are compared with others: intervals of the differences of measures, this model's less the other's. */
  readonly differences?: Intervals;
}

/** What is to be found out about a model on the test rows; nothing where it is left out, as by a job of an older version. */
export interface ToEvaluate {
  readonly evaluation?: EvaluationSpec & {
    /** Silo of each party. */
    readonly silos: Readonly<Record<string, string>>;
  };
  /** The predictions of the test rows are kept at the site, for other models to be compared with. */
  readonly keepPredictions?: true;
  readonly compareWith?: ComparedWith;
}

/** Another model's predictions of the same test rows, and how they are resampled together. */
export interface ComparedWith {
  readonly predictions: BlobRef;
  readonly resamples: number;
  readonly seed: number;
}

export interface EvaluateInput extends OfExecution, ToEvaluate {
  readonly spec: ModelSpec;
  readonly head: StepKey;
  readonly target: BlobRef;
  readonly scores: Readonly<Record<string, BlobRef>>;
  /** federate: what the aggregator's program has learned, and names of classes, are stored with its site only. */
  readonly parametersStay: boolean;
}

export interface EvaluateOutput extends Costed, Fitted {}

export interface TrainHereInput extends OfExecution {
  readonly spec: ModelSpec;
  /** materialized: T is built; factorized: it is not. */
  readonly form: 'materialized' | 'factorized';
  readonly target: BlobRef;
  readonly shares: readonly ShareOfColumns[];
  /** Products of columns of different tables. */
  readonly interactions?: readonly InteractionAcross[];
}

export interface TrainSegmentInput extends OfExecution {
  readonly head: StepKey;
  /** Rounds to make at the most. */
  readonly rounds: number;
  /** What the training is told before it goes on. */
  readonly steering?: Steering;
}

export interface TrainHereOutput extends Costed {
  readonly head: StepKey;
  readonly progress: Progress;
  readonly stopped?: StopReason;
}

export interface ValidateHereInput extends OfExecution {
  /** A training that has begun, whose table is used. */
  readonly head: StepKey;
  readonly validation: Validation;
  readonly search?: Search;
  /** Positions of the trial, and of the folds to be left out in turn. */
  readonly trial: number;
  readonly folds: readonly number[];
  /** Where the trainings of these folds begin, on a path; default: where the model begins by itself. */
  readonly startAt?: BlobRef;
  /** The table is not needed any more. */
  readonly last: boolean;
}

export interface ValidateHereOutput extends Costed {
  readonly parameters: TrialParameters;
  /** The model's settings with these. */
  readonly model: ModelSpec;
  /** Of each fold the rows that it learned from and was measured on. */
  readonly rows: ValidationReport['folds'];
  readonly measures: readonly Metrics[];
  /** Of each fold how many parameters are not 0, of a model that sets some to 0. */
  readonly nonZero?: readonly number[];
  /** Where the trainings have ended, private to the site, if the next trial begins there. */
  readonly ends?: BlobRef;
}

export interface FinishHereInput extends OfExecution, ToEvaluate {
  readonly head: StepKey;
}

export interface FinishHereOutput extends Costed, Fitted {
  readonly parts: Readonly<Record<string, BlobRef>>;
  /** What products of columns of different tables weigh. */
  readonly interactions?: BlobRef;
}

/** A table's columns with their part of a model. */
export interface ScoringShare extends ShareOfColumns {
  readonly part: BlobRef;
}

export interface ScoreInput extends OfExecution {
  readonly type: ModelSpec['type'];
  readonly site: Site;
  readonly shares: readonly ScoringShare[];
}

export interface ScoreOutput extends Costed {
  readonly scores: Readonly<Record<string, BlobRef>>;
}

export interface PredictInput extends OfExecution {
  readonly model: Pick<ModelManifest, 'type' | 'intercept' | 'own' | 'classes' | 'network' | 'interactions'>;
  readonly target: BlobRef;
  /** Tables that bring rows in, the base first: the first that a row has names it. */
  readonly origins: readonly { readonly party: string; readonly link: BlobRef }[];
  /** By share. factorize: partial scores; materialize: features and parts of the model. */
  readonly from:
    | { readonly scores: Readonly<Record<string, BlobRef>> }
    | {
        readonly shares: readonly ScoringShare[];
      };
  /** File to write, .csv or .parquet. */
  readonly output: string;
}

export interface PredictOutput extends Costed {
  readonly file: string;
  readonly rows: number;
  readonly sha256: string;
}

export interface ExportModelInput extends OfExecution {
  readonly format: ExportFormat;
  readonly model: PortableModel;
  /** File to write: .onnx, .amalur or model.json. */
  readonly output: string;
}

export interface ExportModelOutput extends Costed {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ImportModelInput extends OfExecution {
  readonly request: ImportRequest;
}

/** What the file says; its blobs are in the exchange now. */
export interface ImportModelOutput extends Costed {
  readonly model: PortableModel;
  /** Names the content of the file. */
  readonly digest: string;
}

/** Operations on parties, at a silo. */
export interface SiloOperations extends SiloFoldOperations {
  openChannel(input: OfExecution): Promise<OpenChannelOutput>;
  sealSecret(input: SealSecretInput): Promise<SealSecretOutput>;
  publish(input: PublishInput): Promise<PublishOutput>;
  summarizeShares(input: SummarizeSharesInput): Promise<SummarizeSharesOutput>;
  startParties(input: StartPartiesInput): Promise<StartPartiesOutput>;
  partyStep(input: PartyStepInput): Promise<PartyStepOutput>;
  finishParties(input: FinishPartiesInput): Promise<FinishPartiesOutput>;
  score(input: ScoreInput): Promise<ScoreOutput>;
}

/** Operations where parties meet: at the aggregator worker, or at a silo that takes the role. */
export interface AggregatorOperations extends AggregatorFoldOperations, GarbageOperations {
  match(input: MatchInput): Promise<MatchOutput>;
  survey(input: SurveyInput): Promise<SurveyOutput>;
  fitShared(input: FitSharedInput): Promise<FitSharedOutput>;
  startAggregator(input: StartAggregatorInput): Promise<AggregatorStepOutput>;
  aggregatorStep(input: AggregatorStepInput): Promise<AggregatorStepOutput>;
  evaluate(input: EvaluateInput): Promise<EvaluateOutput>;
  trainHere(input: TrainHereInput): Promise<TrainHereOutput>;
  trainSegment(input: TrainSegmentInput): Promise<TrainHereOutput>;
  finishHere(input: FinishHereInput): Promise<FinishHereOutput>;
  validateHere(input: ValidateHereInput): Promise<ValidateHereOutput>;
  predict(input: PredictInput): Promise<PredictOutput>;
  measure(input: MeasureInput): Promise<MeasureOutput>;
  exportModel(input: ExportModelInput): Promise<ExportModelOutput>;
  importModel(input: ImportModelInput): Promise<ImportModelOutput>;
}
