import { workflowInfo } from '@temporalio/workflow';
import { entryOf } from '../core/entry-of.js';
import type { BlobRef } from '../core/exchange/store.js';
import type { ResolvedJob } from '../core/job/resolved.js';
import type { ModelSpec } from '../core/job/schema.js';
import type { Validation } from '../core/job/search-schema.js';
import type { Measure } from '../core/models/model.js';
import type { Candidate } from '../core/planner/plan.js';
import { averaged, isBetter } from '../core/validation/compare.js';
import { measureOf } from '../core/validation/conclude.js';
import { trialCount } from '../core/validation/trial-count.js';
import { aggregatorAt, siloAt } from './activity-proxies.js';
import { siteOf } from './contracts/task-queues.js';
import type { RowsOfFold } from './contracts/validation.js';
import { siloOfSite, silosOf, type Run } from './publish.js';
import type { Trained } from './train-here.js';
import {
  begin,
  finish,
  makeRounds,
  sharesIn,
  thetaFor,
  trainInRounds,
  type Resume,
  type RoundsState,
} from './train-in-rounds.js';
import { ownStart } from './warm-start.js';

/** Where a cross-validation in rounds stands: a few numbers, whatever there was of trials. */
export interface ValidationState {
  /** The training on all rows, before its first round: its tables are encoded. */
  readonly whole: RoundsState;
  /** Trainings without a fold that are over, the folds of a trial one after the other. */
  readonly made: number;
  /** What they came to, in the store of the site. */
  readonly measured?: BlobRef;
  /** Of the trial under way, by fold, what trials are compared by. */
  readonly values: readonly Measure[];
  /** The best mean of the trials that are over. */
  readonly best: Measure;
}

/**
 * Training in rounds, with cross-validation and search where the job asks for them: each trial is trained without each of the folds in turn,
 * in rounds as the model is, and the chosen one on all training rows.
 * @param goOn continues the workflow as new
 */
export async function trainValidated(
  run: Run,
  candidate: Candidate,
  goOn: (resume: Resume) => Promise<never>,
  resume?: Resume,
): Promise<Trained> {
  const { job } = run.resolved;
  const { validation, search } = job;
  if (validation === undefined) return trainInRounds(run, candidate, goOn, resume?.rounds);
  let state = resume?.validation ?? (await beginning(run, candidate));
  let begun = resume?.rounds;
  const carry = async (from: Resume) => {
    const steering = await run.steering?.snapshot();
    return goOn({ ...from, ...(steering && { steering }), validation: state });
  };
  // What a training is told is meant for the model, not for the folds.
  const { steering, standing, ...others } = run;
  const unsteered: Run = { ...others, ...(steering && { pausing: steering }) };

  run.watch.phase('cross-validating');
  while (state.made < trialCount(search) * validation.folds) {
    await run.steering?.gate();
    tell(run, validation, state);
    if (begun === undefined) {
      begun = await beginFold(run, candidate, validation, state);
      // Folds that end within their first segment come by here only.
      const { execution, ledger, watch } = run;
      if (workflowInfo().continueAsNewSuggested)
        await carry({ execution, rounds: begun, ledger: ledger.snapshot(), progress: watch.snapshot() });
    }
    const ended = await makeRounds(unsteered, candidate, begun, carry);
    state = await measure(run, candidate, validation, state, ended);
    begun = undefined;
  }
  const { model, report } = await choose(run, candidate, validation, state, begun !== undefined);
  const chosen = { ...run, resolved: { ...run.resolved, job: { ...job, model } } };
  begun ??= standing?.from.rounds;
  if (begun === undefined && search) begun = await open(chosen, candidate, state.whole, model);
  run.watch.phase('training');
  const trained = await finish(
    chosen,
    candidate,
    await makeRounds(chosen, candidate, begun ?? state.whole, carry),
  );
  return { ...trained, manifest: { ...trained.manifest, validation: report } };
}

async function beginning(run: Run, candidate: Candidate): Promise<ValidationState> {
  return { whole: await begin(run, candidate), made: 0, values: [], best: null };
}

/** Positions of the trial and of the fold that is trained now. */
function under({ folds }: Validation, { made }: ValidationState) {
  return { trial: Math.floor(made / folds), fold: made % folds };
}

function tell({ watch, resolved }: Run, validation: Validation, state: ValidationState): void {
  const { trial, fold } = under(validation, state);
  const trials = trialCount(resolved.job.search);
  const { folds } = validation;
  const measure = measureOf(resolved.job);
  watch.trial({ trial: trial + 1, trials, fold: fold + 1, folds, measure, best: state.best });
}

function summaryOf(run: Run, validation: Validation, state: ValidationState): string {
  const { trial, fold } = under(validation, state);
  return `trial ${trial + 1} of ${trialCount(run.resolved.job.search)}, fold ${fold + 1}`;
}

/** Lays out the rows of a fold, and begins a training on them. */
async function beginFold(
  run: Run,
  candidate: Candidate,
  validation: Validation,
  state: ValidationState,
): Promise<RoundsState> {
  const { execution, resolved, ledger } = run;
  const { site } = candidate;
  const { search, model: spec } = resolved.job;
  const { target } = state.whole;
  const opened = await aggregatorAt(site, summaryOf(run, validation, state)).openFold({
    ...{ execution, spec, target, validation, ...under(validation, state), silos: siloOfParty(resolved) },
    ...(search && { search }),
  });
  ledger.together([{ silo: siloOfSite(site), cost: opened.cost }]);
  return open(run, candidate, state.whole, opened.model, opened.rows);
}

/**
 * Begins another training on tables that are encoded.
 * @param rows of a fold; default: all
 */
async function open(
  run: Run,
  { site }: Candidate,
  whole: RoundsState,
  spec: ModelSpec,
  rows?: RowsOfFold,
): Promise<RoundsState> {
  const { execution, resolved, watch, ledger } = run;
  const starts = await Promise.all(
    silosOf(resolved).map(async (silo) => {
      const shares = sharesIn(silo, resolved).map(({ id, group }) => ({
        ...{ id, group, head: entryOf(whole.heads, id) },
        ...(rows && { counts: entryOf(rows.counts, id) }),
      }));
      const start = { execution, spec, shares, ...(rows && { trainRows: rows.trainRows }) };
      const output = await siloAt(siteOf(silo), 'begin again').restartParties(start);
      watch.silo(silo, 'in step', output.cost);
      return { silo, ...output };
    }),
  );
  ledger.together(starts);
  const target = rows?.target ?? whole.target;
  const silos = siloOfParty(resolved);
  // What all rows have taught says something of those of the fold, which are to be predicted: only the model begins with it.
  const opening = await aggregatorAt(site, 'round 0').startAggregator({
    ...{ execution, spec, target, silos },
    ...(rows === undefined && ownStart(run)),
  });
  ledger.together([{ silo: siloOfSite(site), cost: opening.cost }]);
  watch.round({ round: 0, loss: NaN, gradientNorm: null });
  return {
    ...{ round: 0, exchanges: 0, segment: whole.segment, target, integrated: whole.integrated },
    aggregator: opening.head,
    heads: Object.assign({}, ...starts.map(({ heads }) => heads)) as Record<string, string>,
    down: opening.down,
    stopped: opening.stopped,
    shared: opening.shared,
  };
}

/** Has the rows that were left out scored and measured. */
async function measure(
  run: Run,
  { site }: Candidate,
  validation: Validation,
  state: ValidationState,
  ended: RoundsState,
): Promise<ValidationState> {
  const { execution, resolved, watch, ledger } = run;
  const summary = summaryOf(run, validation, state);
  const scored = await Promise.all(
    silosOf(resolved).map(async (silo) => {
      const shares = sharesIn(silo, resolved).map(({ id }) => ({
        ...{ id, head: entryOf(ended.heads, id) },
        ...thetaFor(id, ended),
      }));
      const output = await siloAt(siteOf(silo), summary).scoreParties({ execution, site, shares });
      watch.silo(silo, 'in step', output.cost);
      return { silo, ...output };
    }),
  );
  ledger.together(scored);
  const by = measureOf(resolved.job);
  const fold = await aggregatorAt(site, summary).measureFold({
    ...{ execution, head: ended.aggregator, target: ended.target, measure: by },
    scores: Object.assign({}, ...scored.map(({ scores }) => scores)) as Record<string, BlobRef>,
    trial: under(validation, state).trial,
    ...(ended.nonZero !== undefined && { nonZero: ended.nonZero }),
    ...(state.measured && { before: state.measured }),
  });
  ledger.together([{ silo: siloOfSite(site), cost: fold.cost }]);
  const values = [...state.values, fold.value];
  const made = state.made + 1;
  const after = { ...state, made, measured: fold.measured };
  if (made % validation.folds > 0) return { ...after, values };
  const { mean } = averaged(values);
  return { ...after, values: [], best: isBetter(mean, state.best, by) ? mean : state.best };
}

/** Chooses a trial; whoever asks again gets the same answer, which costs nothing. */
async function choose(
  { execution, resolved, ledger }: Run,
  { site }: Candidate,
  validation: Validation,
  { measured }: ValidationState,
  again: boolean,
) {
  if (measured === undefined) throw new Error('no fold was measured');
  const { model, task, search } = resolved.job;
  const job = { model, task, ...(search && { search }) };
  const answer = await aggregatorAt(site, 'choose').chooseTrial({ execution, job, validation, measured });
  if (!again) ledger.together([{ silo: siloOfSite(site), cost: answer.cost }]);
  return answer;
}

function siloOfParty({ parties }: ResolvedJob): Readonly<Record<string, string>> {
  return Object.fromEntries(parties.map(({ id, silo }) => [id, silo]));
}
