import type { ModelSpec } from '../core/job/schema.js';
import type { ModelManifest } from '../core/models/model.js';
import type { Candidate, Plan } from '../core/planner/plan.js';
import type { Progress } from '../core/training/program.js';
import type { EndReason } from '../core/training/steering.js';
import { aggregatorAt } from './activity-proxies.js';
import { beginHere } from './begin-here.js';
import type { Fitted } from './contracts/operations.js';
import type { Integrated } from './contracts/results.js';
import { siloOfSite, toEvaluate, type Run } from './publish.js';
import { makeSegments, type HereState } from './segments-here.js';
import type { Resume } from './train-in-rounds.js';

/** A model that training has brought forth, before it is in the catalog. */
export interface Trained extends Fitted, Integrated {
  /** As the job has it, or as a search has chosen it. */
  readonly spec: ModelSpec;
  readonly manifest: ModelManifest;
  readonly rounds: number;
  readonly stopped: EndReason;
}

/**
 * Training in one place. materialize: the rows come to the site, T is built and trained on. Factorize with all parties in
 * one silo: the same without T.
 * @param goOn continues the workflow as new
 */
export async function trainHere(
  run: Run,
  candidate: Candidate,
  plan: Plan,
  goOn: (resume: Resume) => Promise<never>,
  resumed?: HereState,
): Promise<Trained> {
  const { execution, resolved, watch, ledger } = run;
  const { site } = candidate;
  const silo = siloOfSite(site);
  if (resumed) watch.phase('training');
  const begun = resumed ? { state: resumed } : await beginHere(run, candidate, plan);
  const { state, stopped, found } = await makeSegments(run, candidate, begun, goOn);
  const { model: spec } = resolved.job;

  watch.phase('evaluating');
  const finished = await aggregatorAt(site, 'evaluate').finishHere({
    execution,
    head: state.head,
    ...toEvaluate(run),
  });
  ledger.together([{ silo, cost: finished.cost }]);
  const { intercept, metrics, curve, evaluation, predictions, differences, parts, interactions } = finished;
  return {
    spec: found?.model ?? spec,
    manifest: {
      ...{ type: spec.type, ...ofManifest(finished), parts },
      ...(interactions && { interactions }),
      ...(found && { validation: found.report }),
      ...nonZeroOf(state.progress),
    },
    rounds: state.progress.round,
    stopped: run.steering?.reasonOf(stopped) ?? stopped,
    ...state.integrated,
    intercept,
    metrics,
    curve,
    ...(evaluation && { evaluation }),
    ...(predictions && { predictions }),
    ...(differences && { differences }),
  };
}

/** What a manifest says of a model that sets parameters to 0: the last round tells of the parameters at which it stopped. */
export function nonZeroOf({ nonZero }: Pick<Progress, 'nonZero'>): Pick<ModelManifest, 'nonZero'> {
  return nonZero === undefined ? {} : { nonZero };
}

/** What a manifest says of the parameters that belong to no column. */
export function ofManifest({
  intercept,
  interceptError,
  own,
  classes,
  solver,
  network,
}: Fitted): Pick<ModelManifest, 'intercept' | 'interceptError' | 'own' | 'classes' | 'solver' | 'network'> {
  return {
    intercept,
    ...(interceptError !== undefined && { interceptError }),
    ...(own && { own }),
    ...(classes && { classes }),
    ...(solver && { solver }),
    ...(network && { network }),
  };
}
