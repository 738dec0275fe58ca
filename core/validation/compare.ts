import type { Search } from '../job/search-schema.js';
import type { Measure, Metrics } from '../models/model.js';
import { comparable, isRising, type MeasureName } from './measures.js';
import type { Averaged, TrialReport } from './report.js';
import type { TrialParameters } from './trials.js';

/** A trial with the measures of each fold. */
export interface MeasuredTrial {
  readonly parameters: TrialParameters;
  readonly folds: readonly Metrics[];
  /** Parameters that are not 0 in each fold, of a model that sets some to 0. */
  readonly nonZero?: readonly number[];
}

/** Mean and standard deviation over the folds in which a measure is defined; AUC of one class is not. */
export function averaged(values: readonly Measure[]): Averaged {
  const known = values.filter((value) => value !== null);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    values,
    mean: known.length > 0 ? mean : null,
    deviation: known.length > 1 ? Math.sqrt(squares / (known.length - 1)) : null,
  };
}

/** All measures of a trial. */
export function measuresOf(folds: readonly Metrics[]): Partial<Record<MeasureName, Averaged>> {
  const byFold = folds.map(comparable);
  const names = [...new Set(byFold.flatMap((measures) => [...measures.keys()]))];
  return Object.fromEntries(
    names.map((name) => [name, averaged(byFold.map((measures) => measures.get(name) ?? null))]),
  );
}

/** One measure of a trial. */
export function reportOf({ parameters, folds, nonZero }: MeasuredTrial, measure: MeasureName): TrialReport {
  const values = folds.map((metrics) => comparable(metrics).get(measure) ?? null);
  return { parameters, ...averaged(values), ...(nonZero && { nonZero }) };
}

/** Position of the trial that is best by its mean, of equals the first; −1 where none has a mean. */
export function bestOf(trials: readonly TrialReport[], measure: MeasureName): number {
  let best = -1;
  trials.forEach(({ mean }, at) => {
    if (isBetter(mean, trials[best]?.mean ?? null, measure)) best = at;
  });
  return best;
}

/** Whether a mean is better than another; one that is not defined is no better than any. */
export function isBetter(mean: Measure, than: Measure, measure: MeasureName): boolean {
  const sign = isRising(measure) ? 1 : -1;
  return mean !== null && (than === null || sign * mean > sign * than);
}

/**
 * Position of the trial that becomes the model. By one standard error (Hastie, Tibshirani and Friedman, "The Elements of Statistical
 * Learning", §7.10): the largest penalty l1 + l2 among those whose mean is no further from the best than its standard error; of
 * equal ones the better. −1 where the measure is defined nowhere.
 */
export function chosenOf(
  trials: readonly TrialReport[],
  measure: MeasureName,
  choose: Search['choose'],
): number {
  const best = bestOf(trials, measure);
  const at = trials[best];
  if (choose === 'best' || at === undefined || at.mean === null) return best;
  const folds = at.values.filter((value) => value !== null).length;
  const error = (at.deviation ?? 0) / Math.sqrt(folds);
  const { mean } = at;
  const near = trials.filter((trial) => trial.mean !== null && Math.abs(trial.mean - mean) <= error);
  const simplest = Math.max(...near.map(penaltyOf));
  const simple = near.filter((trial) => penaltyOf(trial) === simplest);
  const one = simple[bestOf(simple, measure)];
  return one === undefined ? best : trials.indexOf(one);
}

function penaltyOf({ parameters }: TrialReport): number {
  const { l1, l2 } = parameters;
  return (typeof l1 === 'number' ? l1 : 0) + (typeof l2 === 'number' ? l2 : 0);
}
