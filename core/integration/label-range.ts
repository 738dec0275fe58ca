import { AmalurError } from '../errors.js';
import type { Job, ModelType } from '../job/schema.js';

/** Labels that a model takes, where not every number will do. */
const RANGES: Partial<
  Record<ModelType, { readonly holds: (label: number) => boolean; readonly says: string }>
> = {
  'poisson-regression': { holds: (label) => label >= 0 && label < Infinity, says: '0 or more' },
  'gamma-regression': { holds: (label) => label > 0 && label < Infinity, says: 'more than 0' },
};

/**
 * @param labels of all rows, for training or testing: one that fits nowhere would spoil either
 * @throws AMALUR_LABEL_OUT_OF_RANGE if the model takes no such labels
 */
export function requireInRange(job: Job, labels: Float64Array): void {
  const range = RANGES[job.model.type];
  if (range === undefined) return;
  const wrong = labels.reduce((count, label) => count + (range.holds(label) ? 0 : 1), 0);
  if (wrong > 0) refuse(job, `takes labels of ${range.says}, and those of ${String(wrong)} rows are not`);
}

/** @throws AMALUR_LABEL_OUT_OF_RANGE if all counts that training learns from are 0: their logarithm has no end */
export function requireCounts(job: Job, trainingLabels: Float64Array, weights?: Float64Array): void {
  if (job.model.type !== 'poisson-regression') return;
  if (!trainingLabels.some((label, row) => label > 0 && (weights?.[row] ?? 1) > 0))
    refuse(job, 'learns nothing from training rows whose labels are all 0');
}

function refuse({ model, target }: Job, what: string): never {
  throw new AmalurError(
    'AMALUR_LABEL_OUT_OF_RANGE',
    `a ${model.type} ${what}: ${target.label?.column ?? ''}`,
    {
      field: 'target.label.column',
      suggestion: 'choose or compute a column without such values, or set model.type to "linear-regression"',
    },
  );
}
