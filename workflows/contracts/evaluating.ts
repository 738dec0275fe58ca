import type { Intervals } from '../../core/evaluation/bootstrap.js';
import type { Evaluation } from '../../core/evaluation/evaluation.js';
import type { BlobRef } from '../../core/exchange/store.js';
import type { EvaluationSpec } from '../../core/job/evaluation-schema.js';
import type { ModelSpec } from '../../core/job/schema.js';
import type { Metrics, ModelManifest } from '../../core/models/model.js';
import type { Progress } from '../../core/training/program.js';
import type { Costed, OfExecution, StepKey } from './operation.js';

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
