import type { EvaluationSpec } from '../job/evaluation-schema.js';
import type { Metrics } from '../models/model.js';
import { LEAST_ROWS } from './bins.js';
import { bootstrap } from './bootstrap.js';
import { brierScore, calibration } from './calibration.js';
import { confusionOf } from './confusion.js';
import { summarizeErrors } from './errors.js';
import type { ClassEvaluation, Evaluation } from './evaluation.js';
import { importanceOf, type Scored } from './importance.js';
import { thresholdCurve } from './threshold-curve.js';
import { classificationMeasures, regressionMeasures, type MeasureOf } from './weighted-measures.js';

export interface TestRows {
  /** Their measures, which say what kind of model it is. */
  readonly metrics: Metrics;
  /** Probabilities of class 1, or numbers; none of a model that predicts no label. */
  readonly predictions?: Float64Array;
  /** y of the same length. */
  readonly labels: Float64Array;
  /** Where a model's scores are sums over groups of columns; asked for only if importances are wanted. */
  readonly scored?: () => Scored;
}

/** Everything about a model on its test rows beside the measures; undefined of fewer than five rows. */
export function evaluateInDetail(rows: TestRows, spec: EvaluationSpec): Evaluation | undefined {
  if (rows.metrics.rows < LEAST_ROWS) return undefined;
  const { seed, repeats } = spec;
  const scored = spec.importance === 'none' ? undefined : rows.scored?.();
  const importance = scored && importanceOf(scored, { seed, repeats });
  return { ...ofPredictions(rows, spec), ...(importance && { importance }) };
}

function ofPredictions({ metrics, predictions, labels }: TestRows, spec: EvaluationSpec): Evaluation {
  if (!predictions?.every(Number.isFinite)) return {};
  if ('auc' in metrics)
    return {
      ...(spec.curves && { classes: evaluateClasses(predictions, labels) }),
      ...intervals(classificationMeasures(predictions, labels), labels.length, spec),
    };
  if ('rmse' in metrics)
    return {
      ...(spec.curves && { errors: summarizeErrors(predictions, labels) }),
      ...intervals(regressionMeasures(predictions, labels), labels.length, spec),
    };
  return {};
}

function evaluateClasses(probabilities: Float64Array, labels: Float64Array): ClassEvaluation {
  const chosen = Int32Array.from(probabilities, (p) => (p >= 0.5 ? 1 : 0));
  return {
    confusion: confusionOf(labels, chosen, 2),
    brier: brierScore(probabilities, labels),
    calibration: calibration(probabilities, labels),
    ...thresholdCurve(probabilities, labels),
  };
}

function intervals(
  measure: MeasureOf,
  rows: number,
  { intervals: resamples, seed }: EvaluationSpec,
): Pick<Evaluation, 'intervals'> {
  return resamples === 0 ? {} : { intervals: bootstrap(rows, { resamples, seed }, measure) };
}
