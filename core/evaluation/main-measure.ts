import type { Measure, Metrics } from '../models/model.js';

/** The one figure by which a model is compared with others of its kind. */
export interface MainMeasure {
  readonly name: 'auc' | 'macroAuc' | 'rmse' | 'inertia' | 'logLikelihood' | 'relativeError';
  readonly value: Measure;
  readonly better: 'higher' | 'lower';
}

export function mainMeasure(metrics: Metrics): MainMeasure {
  if ('auc' in metrics) return { name: 'auc', value: metrics.auc, better: 'higher' };
  if ('macroAuc' in metrics) return { name: 'macroAuc', value: metrics.macroAuc, better: 'higher' };
  if ('rmse' in metrics) return { name: 'rmse', value: metrics.rmse, better: 'lower' };
  if ('inertia' in metrics) return { name: 'inertia', value: metrics.inertia, better: 'lower' };
  if ('logLikelihood' in metrics)
    return { name: 'logLikelihood', value: metrics.logLikelihood, better: 'higher' };
  return { name: 'relativeError', value: metrics.relativeError, better: 'lower' };
}
