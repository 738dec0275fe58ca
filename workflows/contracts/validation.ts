import type { BlobRef } from '../../core/exchange/store.js';
import type { Job, ModelSpec } from '../../core/job/schema.js';
import type { Search, Validation } from '../../core/job/search-schema.js';
import type { Measure } from '../../core/models/model.js';
import type { Site } from '../../core/planner/plan.js';
import type { CrossValidated } from '../../core/validation/conclude.js';
import type { MeasureName } from '../../core/validation/measures.js';
import type { Costed, OfExecution, StartPartiesOutput, StepKey } from './operations.js';

export interface OpenFoldInput extends OfExecution {
  /** The job's model. */
  readonly spec: ModelSpec;
  /** The whole target. */
  readonly target: BlobRef;
  readonly validation: Validation;
  readonly search?: Search;
  /** Positions of the trial and of the fold. */
  readonly trial: number;
  readonly fold: number;
  /** Silo of each party. */
  readonly silos: Readonly<Record<string, string>>;
}

export interface OpenFoldOutput extends Costed {
  /** The model's settings in the trial. */
  readonly model: ModelSpec;
  readonly rows: RowsOfFold;
}

/** The rows of a fold, as a training in rounds needs them. */
export interface RowsOfFold {
  /** The fold's rows as a target table: those that it learns from, then those that it is measured on. */
  readonly target: BlobRef;
  readonly trainRows: number;
  /** n_k of the rows that it learns from, by share, at their parties' homes. */
  readonly counts: Readonly<Record<string, BlobRef>>;
}

export interface RestartPartiesInput extends OfExecution {
  readonly spec: ModelSpec;
  /** Training rows; left out: those of the training that has encoded the tables, all of them. */
  readonly trainRows?: number;
  readonly shares: readonly {
    readonly id: string;
    readonly group: string;
    /** A training that has encoded the table. */
    readonly head: StepKey;
    /** n_k of the training rows, where these are not all. */
    readonly counts?: BlobRef;
  }[];
}

export type RestartPartiesOutput = StartPartiesOutput;

export interface ScorePartiesInput extends OfExecution {
  readonly site: Site;
  /** theta: of columns that others supply too. */
  readonly shares: readonly { readonly id: string; readonly head: StepKey; readonly theta?: BlobRef }[];
}

export interface ScorePartiesOutput extends Costed {
  /** By share, one row for each source row. */
  readonly scores: Readonly<Record<string, BlobRef>>;
}

export interface MeasureFoldInput extends OfExecution {
  readonly head: StepKey;
  /** The fold's rows. */
  readonly target: BlobRef;
  readonly scores: Readonly<Record<string, BlobRef>>;
  readonly trial: number;
  readonly measure: MeasureName;
  /** Parameters that are not 0, of a model that sets some to 0. */
  readonly nonZero?: number;
  /** What was measured before this fold. */
  readonly before?: BlobRef;
}

export interface MeasureFoldOutput extends Costed {
  /** All that has been measured until now, in the private store of the site. */
  readonly measured: BlobRef;
  /** What the trials are compared by, of this fold. */
  readonly value: Measure;
}

export interface ChooseTrialInput extends OfExecution {
  readonly job: Pick<Job, 'model' | 'task' | 'search'>;
  readonly validation: Validation;
  readonly measured: BlobRef;
}

export interface ChooseTrialOutput extends Costed, CrossValidated {}

/** Of cross-validation in rounds, at a silo. */
export interface SiloFoldOperations {
  restartParties(input: RestartPartiesInput): Promise<RestartPartiesOutput>;
  scoreParties(input: ScorePartiesInput): Promise<ScorePartiesOutput>;
}

/** The same where parties meet. */
export interface AggregatorFoldOperations {
  openFold(input: OpenFoldInput): Promise<OpenFoldOutput>;
  measureFold(input: MeasureFoldInput): Promise<MeasureFoldOutput>;
  chooseTrial(input: ChooseTrialInput): Promise<ChooseTrialOutput>;
}
