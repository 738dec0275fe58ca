import { workflowInfo } from '@temporalio/workflow';
import { entryOf } from '../core/entry-of.js';
import type { BlobRef } from '../core/exchange/store.js';
import type { ResolvedJob } from '../core/job/resolved.js';
import type { Candidate } from '../core/planner/plan.js';
import { trainingsInRounds } from '../core/planner/validation-work.js';
import type { StopReason } from '../core/training/program.js';
import { aggregatorAt, siloAt } from './activity-proxies.js';
import type { Integrated, RunProgress } from './contracts/results.js';
import type { SteeringState } from './contracts/steering.js';
import { siteOf } from './contracts/task-queues.js';
import type { LedgerState } from './ledger.js';
import {
  comparesCells,
  integratedBy,
  publishAndMatch,
  sharesOf,
  siloOfSite,
  silosOf,
  toEvaluate,
  type ColumnShare,
  type Run,
} from './publish.js';
import { sealSecret } from './seal-secret.js';
import { firstSegment, makeSegment } from './segment.js';
import type { ValidationState } from './validate-in-rounds.js';
import type { Reached } from './contracts/standing.js';
import { sharedEncoders } from './shared-encoders.js';
import type { HereState } from './segments-here.js';
import { nonZeroOf, ofManifest, type Trained } from './train-here.js';
import { ownStart, partStart } from './warm-start.js';

/** Where a training in rounds stands: refs and sums only, a few kilobytes. */
export interface RoundsState {
  /** Rounds completed. */
  readonly round: number;
  /** Exchanges made, halves counted: numbers the steps. */
  readonly exchanges: number;
  /** Exchanges that the next segment is to have at the most. */
  readonly segment: number;
  readonly aggregator: string;
  /** Last committed step of each share: a table's part in columns of T, mostly all of them. */
  readonly heads: Readonly<Record<string, string>>;
  /** Messages for the shares that are to take the next step; undefined when the aggregator has stopped. */
  readonly down: Readonly<Record<string, BlobRef>> | undefined;
  /** θ of columns that several tables supply, for each of these, when the aggregator has stopped. */
  readonly shared: Readonly<Record<string, BlobRef>> | undefined;
  readonly stopped: StopReason | undefined;
  /** Parameters that are not 0, after the last round, of a model that sets some to 0. */
  readonly nonZero?: number;
  readonly target: BlobRef;
  readonly integrated: Integrated;
}

/** Second argument of `trainModel` and `trainWithout` when they continue as new; nobody else gives it. */
export interface Resume {
  readonly execution: string;
  /** Of a training in rounds. */
  readonly rounds?: RoundsState;
  /** Of one in one place. */
  readonly here?: HereState;
  readonly ledger: LedgerState;
  readonly progress: RunProgress;
  /** Of a run with folds: the rounds are those of the fold under way, or of the model after all of them. */
  readonly validation?: ValidationState;
  readonly steering?: SteeringState;
  /** Of a run that goes on from another's end and is still at its folds: where that one stood. */
  readonly from?: Reached;
  /** Execution in whose name steps were committed, if it is not the run's own. */
  readonly journal?: string;
}

/**
 * Training in which partial products travel: parties → aggregator → parties, until the aggregator stops.
 * factorize and federate differ in the channel, not in the algorithm.
 * @param goOn continues the workflow as new
 */
export async function trainInRounds(
  run: Run,
  candidate: Candidate,
  goOn: (resume: Resume) => Promise<never>,
  resumed?: RoundsState,
): Promise<Trained> {
  const begun = resumed ?? run.standing?.from.rounds ?? (await begin(run, candidate));
  run.watch.phase('training');
  return finish(run, candidate, await makeRounds(run, candidate, begun, goOn));
}

/** Makes the rounds that are left. */
export async function makeRounds(
  run: Run,
  candidate: Candidate,
  begun: RoundsState,
  goOn: (resume: Resume) => Promise<never>,
): Promise<RoundsState> {
  let state = begun;
  while (state.stopped === undefined) {
    await run.standing?.reached(run.execution, { rounds: state }, run.steering?.told ?? {});
    await run.pausing?.gate();
    const steering = await run.steering?.next();
    state = await makeSegment(run, candidate, state, steering);
    if (state.stopped === undefined && workflowInfo().continueAsNewSuggested) {
      const { execution, ledger, watch } = run;
      const steering = await run.steering?.snapshot();
      await goOn({
        execution,
        rounds: state,
        ...(steering && { steering }),
        ledger: ledger.snapshot(),
        progress: watch.snapshot(),
      });
    }
  }
  return state;
}

/** Brings the rows together and has all of them encoded, up to the first round. */
export async function begin(run: Run, candidate: Candidate): Promise<RoundsState> {
  const { site, strategy } = candidate;
  const { execution, resolved, watch, ledger } = run;
  watch.phase('publishing');
  const spec = resolved.job.model;
  const secret = strategy === 'federate' || comparesCells(resolved);
  const sealed = secret ? await sealSecret(run) : undefined;
  const published = await publishAndMatch(run, site, 'keys', 'training in rounds', sealed);
  const { parties, match } = published;
  const encoders = await sharedEncoders(run, site, published);

  const starts = await Promise.all(
    silosOf(resolved).map(async (silo) => {
      const shares = sharesIn(silo, resolved).map(({ id, group, party, columns, sources }) => ({
        ...{ id, group, columns, sources },
        features: entryOf(parties, party).features,
        counts: entryOf(match.counts, id),
        ...(id !== group && { encoder: entryOf(encoders, id) }),
        ...partStart(run, id),
      }));
      const start = { execution, spec, trainRows: match.trainRows, shares };
      const output = await siloAt(siteOf(silo), `${silo} encodes its tables`).startParties(start);
      watch.silo(silo, 'encoded', output.cost);
      return { silo, ...output };
    }),
  );
  ledger.together(starts);
  const silos = Object.fromEntries(resolved.parties.map(({ id, silo }) => [id, silo]));
  const opening = await aggregatorAt(site, 'round 0').startAggregator({
    execution,
    spec,
    target: match.target,
    silos,
    ...ownStart(run),
  });
  ledger.together([{ silo: siloOfSite(site), cost: opening.cost }]);
  return {
    round: 0,
    exchanges: 0,
    segment: firstSegment(candidate, trainingsInRounds(resolved)),
    aggregator: opening.head,
    heads: Object.assign({}, ...starts.map(({ heads }) => heads)) as Record<string, string>,
    down: opening.down,
    stopped: opening.stopped,
    shared: opening.shared,
    target: match.target,
    integrated: integratedBy(match),
  };
}

/** Parties store their parameters and give their scores; the aggregator measures the model. */
export async function finish(run: Run, candidate: Candidate, state: RoundsState): Promise<Trained> {
  const { execution, resolved, watch, ledger } = run;
  const { stopped } = state;
  if (stopped === undefined) throw new Error('the training goes on');
  const { site, strategy } = candidate;
  watch.phase('evaluating');
  const finished = await Promise.all(
    silosOf(resolved).map(async (silo) => {
      const output = await siloAt(siteOf(silo), `${silo} stores its parameters`).finishParties({
        execution,
        site,
        parametersStay: strategy === 'federate',
        shares: sharesIn(silo, resolved).map(({ id }) => ({
          id,
          head: entryOf(state.heads, id),
          ...thetaFor(id, state),
        })),
      });
      watch.silo(silo, 'finished', output.cost);
      return { silo, ...output };
    }),
  );
  ledger.together(finished);
  const made = finished.flatMap(({ shares }) => Object.entries(shares));
  const { job } = resolved;
  const fitted = await aggregatorAt(site, 'evaluate').evaluate({
    execution,
    spec: job.model,
    parametersStay: strategy === 'federate',
    head: state.aggregator,
    target: state.target,
    scores: Object.fromEntries(made.map(([id, { scores }]) => [id, scores])),
    ...toEvaluate(run),
  });
  ledger.together([{ silo: siloOfSite(site), cost: fitted.cost }]);
  const { metrics, curve, evaluation, predictions, differences } = fitted;
  const parts = Object.fromEntries(made.map(([id, { part }]) => [id, part]));
  return {
    spec: job.model,
    manifest: { type: job.model.type, ...ofManifest(fitted), parts, ...nonZeroOf(state) },
    rounds: state.round,
    stopped: run.steering?.reasonOf(stopped) ?? stopped,
    ...state.integrated,
    intercept: fitted.intercept,
    metrics,
    curve,
    ...(evaluation && { evaluation }),
    ...(predictions && { predictions }),
    ...(differences && { differences }),
  };
}

export function sharesIn(silo: string, resolved: ResolvedJob): ColumnShare[] {
  return sharesOf(resolved).filter((share) => share.silo === silo);
}

/** A table that shares its columns is given their parameters; the others have theirs. */
export function thetaFor(id: string, { shared }: RoundsState): { theta?: BlobRef } {
  const theta = shared?.[id];
  return theta ? { theta } : {};
}
