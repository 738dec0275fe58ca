import type { BlobRef } from '../../core/exchange/store.js';
import type { InteractionAcross, ResolvedStart } from '../../core/job/resolved.js';
import type { ModelSpec } from '../../core/job/schema.js';
import type { Search, Validation } from '../../core/job/search-schema.js';
import type { Metrics } from '../../core/models/model.js';
import type { Progress, StopReason } from '../../core/training/program.js';
import type { Steering } from '../../core/training/steering.js';
import type { CrossValidated } from '../../core/validation/conclude.js';
import type { ValidationReport } from '../../core/validation/report.js';
import type { TrialParameters } from '../../core/validation/trials.js';
import type { Fitted, ToEvaluate } from './evaluating.js';
import type { Costed, OfExecution, ShareOfColumns, StepKey } from './operation.js';

export interface TrainHereInput extends OfExecution {
  readonly spec: ModelSpec;
  /** materialized: T is built; factorized: it is not. */
  readonly form: 'materialized' | 'factorized';
  readonly target: BlobRef;
  readonly shares: readonly ShareOfColumns[];
  /** Products of columns of different tables. */
  readonly interactions?: readonly InteractionAcross[];
  /** Where the training begins at the parameters of a stored model. */
  readonly start?: ResolvedStart;
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

export interface KeepValidationInput extends OfExecution {
  readonly found: CrossValidated;
}

export interface KeepValidationOutput extends Costed {
  /** In the private store of the site. */
  readonly kept: BlobRef;
}

export interface KeptValidationInput extends OfExecution {
  readonly kept: BlobRef;
}

export interface KeptValidationOutput extends Costed {
  readonly found: CrossValidated;
}

export interface FinishHereInput extends OfExecution, ToEvaluate {
  readonly head: StepKey;
}

export interface FinishHereOutput extends Costed, Fitted {
  readonly parts: Readonly<Record<string, BlobRef>>;
  /** What products of columns of different tables weigh. */
  readonly interactions?: BlobRef;
}
