import { AmalurError } from '../errors.js';
import type { Job, ModelSpec } from '../job/schema.js';
import type { Validation } from '../job/search-schema.js';
import { chosenOf, measuresOf, reportOf, type MeasuredTrial } from './compare.js';
import { measuresOfTask, type MeasureName } from './measures.js';
import type { ValidationReport } from './report.js';

/** A trial that has been trained without each fold. */
export interface TrainedTrial extends MeasuredTrial {
  /** The model's settings in it. */
  readonly model: ModelSpec;
  /** Of each fold the rows that it learned from and was measured on. */
  readonly rows: ValidationReport['folds'];
}

export interface CrossValidated {
  readonly report: ValidationReport;
  /** The settings of the chosen trial. */
  readonly model: ModelSpec;
}

/** What the trials of a job are compared by. */
export function measureOf({ search, task }: Pick<Job, 'search' | 'task'>): MeasureName {
  return search?.measure ?? measuresOfTask(task)[0] ?? 'rmse';
}

/**
 * Chooses one of the trials, all of them trained.
 * @throws AMALUR_EMPTY_TARGET where the measure is defined in no fold
 */
export function conclude(
  job: Pick<Job, 'search' | 'task'>,
  { by }: Validation,
  trials: readonly TrainedTrial[],
): CrossValidated {
  const measure = measureOf(job);
  const choose = job.search?.choose ?? 'best';
  const reports = trials.map((trial) => reportOf(trial, measure));
  const chosen = chosenOf(reports, measure, choose);
  const winner = trials[chosen];
  if (winner === undefined) {
    throw new AmalurError('AMALUR_EMPTY_TARGET', `${measure} is defined in no fold`, {
      field: 'search.measure',
      suggestion: 'compare by another measure, or take fewer folds',
    });
  }
  const measures = measuresOf(winner.folds);
  return {
    report: { by, folds: winner.rows, measure, choose, trials: reports, chosen, measures },
    model: winner.model,
  };
}
