import type { Measure, Metrics } from '../core/models/model.js';

/** The one figure by which a model is compared with others of its kind: AUC (of many classes its mean), RMSE, inertia or relative error. */
export function headlineOf(metrics: Metrics): Measure {
  if ('auc' in metrics) return metrics.auc;
  if ('macroAuc' in metrics) return metrics.macroAuc;
  if ('rmse' in metrics) return metrics.rmse;
  return 'inertia' in metrics ? metrics.inertia : metrics.relativeError;
}
