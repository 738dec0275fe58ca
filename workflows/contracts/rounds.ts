import type { BlobRef } from '../../core/exchange/store.js';
import type { FeatureColumn } from '../../core/job/resolved.js';
import type { ModelSpec, ModelType } from '../../core/job/schema.js';
import type { Site } from '../../core/planner/plan.js';
import type { Progress, StopReason } from '../../core/training/program.js';
import type { Steering } from '../../core/training/steering.js';
import type { Costed, OfExecution, ShareOfColumns, StepKey } from './operation.js';

export interface TrainingShare extends ShareOfColumns {
  /** Id of the group. */
  readonly group: string;
  /** n_k of the rows that the party owns here. */
  readonly counts: BlobRef;
  /** Where several tables supply the columns: the encoder that was learned from all of them. */
  readonly encoder?: BlobRef;
  /** The part of a stored model with whose parameters its columns begin. */
  readonly start?: BlobRef;
}

/** Of the parameters with which a training begins those that belong to no column. */
export interface OwnStartRefs {
  readonly own: readonly number[];
  readonly network?: BlobRef;
  readonly classes?: BlobRef;
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
  /** Where the training begins at the parameters of a stored model. */
  readonly start?: OwnStartRefs;
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
