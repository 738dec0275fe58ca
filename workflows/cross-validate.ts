import type { ModelSpec } from '../core/job/schema.js';
import type { Validation } from '../core/job/search-schema.js';
import type { BlobRef } from '../core/exchange/store.js';
import type { Candidate, Plan } from '../core/planner/plan.js';
import { foldsPerStep } from '../core/planner/validation-work.js';
import { bestOf, chosenOf, measuresOf, reportOf, type MeasuredTrial } from '../core/validation/compare.js';
import { measuresOfTask } from '../core/validation/measures.js';
import type { TrialReport, ValidationReport } from '../core/validation/report.js';
import { trialCount } from '../core/validation/trial-count.js';
import { AmalurError } from '../core/errors.js';
import { aggregatorAt } from './activity-proxies.js';
import { coded } from './failures.js';
import type { StepKey, ValidateHereOutput } from './contracts/operations.js';
import { siloOfSite, type Run } from './publish.js';

export interface CrossValidated {
  readonly report: ValidationReport;
  /** The settings of the chosen trial. */
  readonly model: ModelSpec;
}

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
  const { search, task } = resolved.job;
  const trials = trialCount(search);
  const perStep = foldsPerStep(validation.folds, plan.segmentRounds, rounds.expected);
  const measure = search?.measure ?? measuresOfTask(task)[0] ?? 'rmse';
  const measured: (MeasuredTrial & Pick<ValidateHereOutput, 'model' | 'rows'>)[] = [];
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
  const choose = search?.choose ?? 'best';
  const chosen = chosenOf(reports, measure, choose);
  const winner = measured[chosen];
  if (winner === undefined) throw undefinedMeasure(measure);
  const report = { by: validation.by, folds: winner.rows, measure, choose, trials: reports, chosen };
  return { report: { ...report, measures: measuresOf(winner.folds) }, model: winner.model };
}

function undefinedMeasure(measure: string) {
  return coded(
    new AmalurError('AMALUR_EMPTY_TARGET', `${measure} is defined in no fold`, {
      field: 'search.measure',
      suggestion: 'compare by another measure, or take fewer folds',
    }),
  );
}
