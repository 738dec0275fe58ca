import type { Confusion } from './confusion.js';
import type { CalibrationBin } from './calibration.js';
import type { Importance } from './importance.js';
import type { Intervals } from './bootstrap.js';
import type { LeftOut } from './left-out.js';
import type { ErrorSummary } from './errors.js';
import type { ManyClasses } from './many-classes.js';
import type { ThresholdCurve } from './threshold-curve.js';

/** What the test rows tell of a model beside its measures: aggregates of at least five rows each, small enough for a history. */
export interface Evaluation {
  /** Of a binary classification. */
  readonly classes?: ClassEvaluation;
  /** Of a classification into many classes. */
  readonly manyClasses?: ManyClasses;
  /** Of a regression. */
  readonly errors?: ErrorSummary;
  /** Bootstrap intervals of the measures on the test rows. */
  readonly intervals?: Intervals;
  readonly importance?: Importance;
  /** Of models that were trained without a silo, where the job asks for them. */
  readonly leftOut?: LeftOut;
}

export interface ClassEvaluation {
  /** At a probability of 0.5. */
  readonly confusion: Confusion;
  /** Mean of (p − y)². */
  readonly brier: number;
  readonly calibration: readonly CalibrationBin[];
  /** None where all rows are of one class. */
  readonly curve?: ThresholdCurve;
  /** Area under the steps of the precision-recall curve, Σ (R_i − R_{i−1}) P_i. */
  readonly averagePrecision?: number;
}
