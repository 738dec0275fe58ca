import type { Validation } from '../core/job/search-schema.js';
import type { BlobRef } from '../core/exchange/store.js';
import type { Candidate, Plan } from '../core/planner/plan.js';
import { foldsPerStep } from '../core/planner/validation-work.js';
import { bestOf, reportOf } from '../core/validation/compare.js';
import { conclude, measureOf, type CrossValidated, type TrainedTrial } from '../core/validation/conclude.js';
import type { TrialReport } from '../core/validation/report.js';
import { trialCount } from '../core/validation/trial-count.js';
import { AmalurError } from '../core/errors.js';
import { aggregatorAt } from './activity-proxies.js';
import { coded } from './failures.js';
import type { StepKey, ValidateHereOutput } from './contracts/operations.js';
import { siloOfSite, type Run } from './publish.js';

/**
 * Trains every trial of the job's search without each of the folds in turn, and chooses one.
 * @param head a training that has begun, whose table is used
 */
export async function crossValidate(
  run: Run,
  validation: Validation,
  { site, rounds }: Candidate,
  plan: Plan,
  head: StepKey,
): Promise<CrossValidated> {
  const { execution, resolved, watch, ledger } = run;
  const { search } = resolved.job;
  const trials = trialCount(search);
  const perStep = foldsPerStep(validation.folds, plan.segmentRounds, rounds.expected);
  const measure = measureOf(resolved.job);
  const measured: TrainedTrial[] = [];
  const reports: TrialReport[] = [];
  /** Of the trial before, by the first fold of a step. */
  let ends: ReadonlyMap<number, BlobRef> = new Map();
  watch.phase('cross-validating');
  for (let trial = 0; trial < trials; trial++) {
    const steps: ValidateHereOutput[] = [];
    const reached = new Map<number, BlobRef>();
    for (let fold = 0; fold < validation.folds; fold += perStep) {
      await run.steering?.gate();
      const best = reports[bestOf(reports, measure)]?.mean ?? null;
      watch.trial({ trial: trial + 1, trials, fold: fold + 1, folds: validation.folds, measure, best });
      const folds = Array.from({ length: Math.min(perStep, validation.folds - fold) }, (_, at) => fold + at);
      const last = trial === trials - 1 && fold + perStep >= validation.folds;
      const startAt = ends.get(fold);
      const input = {
        ...{ execution, head, validation, trial, folds },
        ...(search && { search }),
        ...(startAt && { startAt }),
      };
      const summary = `trial ${String(trial + 1)} of ${String(trials)}, from fold ${String(fold + 1)}`;
      const step = await aggregatorAt(site, summary).validateHere({
        ...input,
        last: last && search !== undefined,
      });
      ledger.together([{ silo: siloOfSite(site), cost: step.cost }]);
      steps.push(step);
      if (step.ends) reached.set(fold, step.ends);
    }
    ends = reached;
    const [first] = steps;
    if (first === undefined) throw new Error('a trial has folds');
    const { parameters, model } = first;
    const nonZero = steps.flatMap((step) => step.nonZero ?? []);
    const done = {
      ...{ parameters, model },
      folds: steps.flatMap(({ measures }) => measures),
      rows: steps.flatMap(({ rows: ofFolds }) => ofFolds),
      ...(nonZero.length > 0 && { nonZero }),
    };
    measured.push(done);
    reports.push(reportOf(done, measure));
  }
  try {
    return conclude(resolved.job, validation, measured);
  } catch (error) {
    throw error instanceof AmalurError ? coded(error) : error;
  }
}
