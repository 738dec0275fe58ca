import type { MainMeasure } from '../evaluation/main-measure.js';
import type { MeasureName } from './measures.js';

const LABELS: Readonly<Record<MeasureName | MainMeasure['name'], string>> = {
  logLoss: 'log-loss',
  auc: 'AUC',
  accuracy: 'accuracy',
  macroF1: 'macro F1',
  macroAuc: 'macro AUC',
  rmse: 'RMSE',
  mae: 'MAE',
  r2: 'R²',
  deviance: 'mean deviance',
  inertia: 'inertia',
  logLikelihood: 'log-likelihood of a row',
  relativeError: 'relative error',
};

/** A measure's name as people write it. */
export function measureLabel(name: MeasureName | MainMeasure['name']): string {
  return LABELS[name];
}
