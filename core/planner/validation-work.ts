import { silosToLeaveOut } from '../job/leave-out.js';
import type { ResolvedJob } from '../job/resolved.js';
import type { Job } from '../job/schema.js';
import { isOrdered } from '../validation/folds.js';
import { trialCount } from '../validation/trial-count.js';

/**
 * How much a job trains, in trainings on all training rows: that of the model, those without a silo, and those of the folds, which have
 * k − 1 of k blocks of rows, or by time half of them in the mean.
 */
export function trainings(resolved: ResolvedJob): number {
  const { validation, search } = resolved.job;
  const whole = wholeTrainings(resolved);
  if (validation === undefined) return whole;
  const share = isOrdered(validation) ? 0.5 : (validation.folds - 1) / validation.folds;
  return whole + share * validation.folds * trialCount(search);
}

/**
 * Trainings in rounds: that of the model, those without a silo, and one of each fold in each trial. A fold's rows are laid out at the site, so that
 * its rounds take the silos as long, and send as much, as those on all rows.
 */
export function trainingsInRounds(resolved: ResolvedJob): number {
  const { validation, search } = resolved.job;
  return wholeTrainings(resolved) + (validation?.folds ?? 0) * trialCount(search);
}

/** Trainings on all training rows: one, and one more for each silo that is left out. They are taken to cost the same. */
export function wholeTrainings(resolved: ResolvedJob): number {
  return 1 + silosToLeaveOut(resolved).length;
}

/** Activities that make all of them. */
export function validationSteps(job: Job, segmentRounds: number, expectedRounds: number): number {
  const { validation, search } = job;
  if (validation === undefined) return 0;
  const perStep = foldsPerStep(validation.folds, segmentRounds, expectedRounds);
  return trialCount(search) * Math.ceil(validation.folds / perStep);
}

/** Trainings of folds that one activity makes: some seconds of them, no more than one trial's. */
export function foldsPerStep(folds: number, segmentRounds: number, expectedRounds: number): number {
  return Math.min(folds, Math.max(1, Math.floor(segmentRounds / expectedRounds)));
}
