import { entryOf } from '../core/entry-of.js';
import type { ModelSpec } from '../core/job/schema.js';
import type { ModelManifest } from '../core/models/model.js';
import type { Candidate, Plan } from '../core/planner/plan.js';
import type { Progress } from '../core/training/program.js';
import type { EndReason } from '../core/training/steering.js';
import { aggregatorAt } from './activity-proxies.js';
import { crossValidate } from './cross-validate.js';
import type { Fitted } from './contracts/operations.js';
import type { Integrated } from './contracts/results.js';
import { integratedBy, publishAndMatch, sharesOf, siloOfSite, toEvaluate, type Run } from './publish.js';
import { startOf } from './warm-start.js';

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
 */
export async function trainHere(run: Run, candidate: Candidate, plan: Plan): Promise<Trained> {
  const { execution, resolved, watch, ledger } = run;
  const { site, mode } = candidate;
  const { job } = resolved;
  const published = await publishAndMatch(run, site, mode === 'pull' ? 'rows' : 'keys', 'training here');
  const { target } = published.match;
  const integrated = integratedBy(published.match);
  const shares = sharesOf(resolved).map(({ id, party, columns, sources }) => ({
    ...{ id, columns, sources },
    features: entryOf(published.parties, party).features,
  }));
  const silo = siloOfSite(site);
  const start = startOf(run);
  const spec = job.model;

  watch.phase('training');
  const form = mode === 'pull' ? 'materialized' : 'factorized';
  const begin = async (model: ModelSpec) => {
    const begun = await aggregatorAt(site, `${form} table`).trainHere({
      ...{ execution, spec: model, form, target, shares },
      ...(resolved.interactions && { interactions: resolved.interactions }),
      ...(start && { start }),
    });
    ledger.together([{ silo, cost: begun.cost }]);
    return begun;
  };
  let step = await begin(spec);
  const { validation } = job;
  const wanted = validation !== undefined && run.without === undefined;
  const found = wanted ? await crossValidate(run, validation, candidate, plan, step.head) : undefined;
  if (found && job.search) step = await begin(found.model);
  if (found) watch.phase('training');
  const from = run.standing?.from.here;
  if (from) step = { ...step, ...from };
  while (step.stopped === undefined) {
    const { head, progress } = step;
    await run.standing?.reached(execution, { here: { head, progress } }, run.steering?.told ?? {});
    const steering = await run.steering?.next();
    const summary = `rounds from ${progress.round + 1}`;
    step = await aggregatorAt(site, summary).trainSegment({
      ...{ execution, head, rounds: plan.segmentRounds },
      ...(steering && { steering }),
    });
    ledger.together([{ silo, cost: step.cost }]);
    watch.round(step.progress);
  }

  watch.phase('evaluating');
  const finished = await aggregatorAt(site, 'evaluate').finishHere({
    execution,
    head: step.head,
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
      ...nonZeroOf(step.progress),
    },
    rounds: step.progress.round,
    stopped: run.steering?.reasonOf(step.stopped) ?? step.stopped,
    ...integrated,
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
