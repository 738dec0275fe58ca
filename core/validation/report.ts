import type { Search, Validation } from '../job/search-schema.js';
import type { Measure } from '../models/model.js';
import type { MeasureName } from './measures.js';
import type { TrialParameters } from './trials.js';

/** A measure over the folds. */
export interface Averaged {
  /** By fold; null where it is not defined. */
  readonly values: readonly Measure[];
  /** Over the folds in which it is defined. */
  readonly mean: Measure;
  /** Standard deviation over these, with k − 1 below; null of a single fold. */
  readonly deviation: Measure;
}

/** What a trial came to by the measure that trials are compared by. */
export interface TrialReport extends Averaged {
  readonly parameters: TrialParameters;
  /** Parameters of columns that are not 0, by fold, of a model that sets some to 0. */
  readonly nonZero?: readonly number[];
}

/** What cross-validation has found of a model, and how its settings were chosen. Test rows took no part. */
export interface ValidationReport {
  readonly by: Validation['by'];
  /** Rows that each fold learned from, and was measured on. */
  readonly folds: readonly { readonly train: number; readonly validate: number }[];
  /** What trials were compared by, and how one was chosen; without a search there is one trial. */
  readonly measure: MeasureName;
  readonly choose: Search['choose'];
  readonly trials: readonly TrialReport[];
  /** Position of the chosen one among the trials. */
  readonly chosen: number;
  /** All measures of the chosen trial. */
  readonly measures: Readonly<Partial<Record<MeasureName, Averaged>>>;
}
