import type { EvaluationSpec } from '../job/evaluation-schema.js';
import type { Metrics } from '../models/model.js';
import { LEAST_ROWS } from './bins.js';
import { bootstrap } from './bootstrap.js';
import { brierScore, calibration } from './calibration.js';
import { confusionOf } from './confusion.js';
import { summarizeErrors } from './errors.js';
import type { ClassEvaluation, Evaluation } from './evaluation.js';
import { importanceOf, type Scored } from './importance.js';
import { confuseClasses, manyClassMeasures, type ClassifiedRows } from './many-classes.js';
import { ranked, type Ranked } from './ranked.js';
import { thresholdCurve } from './threshold-curve.js';
import { classificationMeasures, regressionMeasures, type MeasureOf } from './weighted-measures.js';

export interface TestRows {
  /** Their measures, which say what kind of model it is. */
  readonly metrics: Metrics;
  /** Probabilities of class 1, or numbers; none of a model that predicts no label. */
  readonly predictions?: Float64Array;
  /** y of the same length. */
  readonly labels: Float64Array;
  /** Of a model that learns many classes. */
  readonly classified?: ClassifiedRows;
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

function ofPredictions(
  { metrics, predictions, classified, labels }: TestRows,
  spec: EvaluationSpec,
): Evaluation {
  if (classified?.probabilities.data.every(Number.isFinite)) {
    // Nothing is sorted: rows stay in their order.
    const rank = Int32Array.from(labels, (_, row) => row);
    return {
      ...(spec.curves && { manyClasses: confuseClasses(classified) }),
      ...intervals({ rank }, manyClassMeasures(classified), spec),
    };
  }
  if (!predictions?.every(Number.isFinite)) return {};
  if ('auc' in metrics) {
    const rows = ranked(predictions, labels);
    return {
      ...(spec.curves && { classes: evaluateClasses(rows) }),
      ...intervals(rows, classificationMeasures(rows), spec),
    };
  }
  if ('rmse' in metrics) {
    const rows = ranked(predictions, labels);
    return {
      ...(spec.curves && { errors: summarizeErrors(rows) }),
      ...intervals(rows, regressionMeasures(rows), spec),
    };
  }
  return {};
}

function evaluateClasses(rows: Ranked): ClassEvaluation {
  const { predictions, labels } = rows;
  const chosen = Int32Array.from(predictions, (p) => (p >= 0.5 ? 1 : 0));
  return {
    confusion: confusionOf(labels, chosen, 2),
    brier: brierScore(predictions, labels),
    calibration: calibration(rows),
    ...thresholdCurve(rows),
  };
}

function intervals(
  { rank }: Pick<Ranked, 'rank'>,
  measure: MeasureOf,
  { intervals: resamples, seed }: EvaluationSpec,
): Pick<Evaluation, 'intervals'> {
  return resamples === 0 ? {} : { intervals: bootstrap(rank, { resamples, seed }, measure) };
}
