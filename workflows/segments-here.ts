import { workflowInfo } from '@temporalio/workflow';
import type { BlobRef } from '../core/exchange/store.js';
import type { Candidate } from '../core/planner/plan.js';
import type { StopReason } from '../core/training/program.js';
import type { CrossValidated } from '../core/validation/conclude.js';
import { aggregatorAt } from './activity-proxies.js';
import type { Cost } from './contracts/operations.js';
import type { Integrated } from './contracts/results.js';
import type { ReachedHere } from './contracts/standing.js';
import { siloOfSite, type Run } from './publish.js';
import type { Resume } from './train-in-rounds.js';

/** Where a training in one place stands: references and a few numbers. */
export interface HereState extends ReachedHere {
  /** Rounds that the next segment is to have at the most. */
  readonly segment: number;
  readonly integrated: Integrated;
  /** What cross-validation has found, with the site, if it was done in an execution before this one. */
  readonly kept?: BlobRef;
}

export interface BegunHere {
  readonly state: HereState;
  /** What cross-validation has found, if it was done in this execution. */
  readonly found?: CrossValidated;
}

export interface EndedHere extends BegunHere {
  readonly stopped: StopReason;
}

/** Makes the rounds that are left. @param goOn continues the workflow as new */
export async function makeSegments(
  run: Run,
  { site }: Candidate,
  { state: begun, found }: BegunHere,
  goOn: (resume: Resume) => Promise<never>,
): Promise<EndedHere> {
  const { execution, watch, ledger } = run;
  const enter = (cost: Cost) => ledger.together([{ silo: siloOfSite(site), cost }]);
  let state = begun;
  let stopped: StopReason | undefined;
  while (stopped === undefined) {
    const { head, progress, segment } = state;
    await run.standing?.reached(execution, { here: { head, progress } }, run.steering?.told ?? {});
    const steering = await run.steering?.next();
    const step = await aggregatorAt(site, `rounds from ${progress.round + 1}`).trainSegment({
      ...{ execution, head, rounds: segment },
      ...(steering && { steering }),
    });
    enter(step.cost);
    watch.round(step.progress);
    state = { ...state, head: step.head, progress: step.progress };
    stopped = step.stopped;
    if (stopped === undefined && workflowInfo().continueAsNewSuggested) {
      if (found) {
        const keep = aggregatorAt(site, 'keep what folds came to').keepValidation;
        const { kept, cost } = await keep({ execution, found });
        enter(cost);
        state = { ...state, kept };
      }
      const steering = await run.steering?.snapshot();
      await goOn({
        ...{ execution, here: state },
        ...(steering && { steering }),
        ...{ ledger: ledger.snapshot(), progress: watch.snapshot() },
      });
    }
  }
  if (found || state.kept === undefined) return { state, stopped, ...(found && { found }) };
  const { kept } = state;
  const answer = await aggregatorAt(site, 'what folds came to').keptValidation({ execution, kept });
  enter(answer.cost);
  return { state, stopped, found: answer.found };
}
