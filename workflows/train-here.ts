import { entryOf } from '../core/entry-of.js';
import type { ModelManifest } from '../core/models/model.js';
import type { Candidate, Plan } from '../core/planner/plan.js';
import type { StopReason } from '../core/training/program.js';
import { aggregatorAt } from './activity-proxies.js';
import type { Fitted } from './contracts/operations.js';
import type { Integrated } from './contracts/results.js';
import { integratedBy, publishAndMatch, sharesOf, siloOfSite, type Run } from './publish.js';

/** A model that training has brought forth, before it is in the catalog. */
export interface Trained extends Fitted, Integrated {
  readonly manifest: ModelManifest;
  readonly rounds: number;
  readonly stopped: StopReason;
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
  const spec = job.model;

  watch.phase('training');
  const form = mode === 'pull' ? 'materialized' : 'factorized';
  let step = await aggregatorAt(site, `${form} table`).trainHere({ execution, spec, form, target, shares });
  ledger.together([{ silo, cost: step.cost }]);
  while (step.stopped === undefined) {
    const { head, progress } = step;
    const summary = `rounds from ${progress.round + 1}`;
    step = await aggregatorAt(site, summary).trainSegment({ execution, head, rounds: plan.segmentRounds });
    ledger.together([{ silo, cost: step.cost }]);
    watch.round(step.progress);
  }

  watch.phase('evaluating');
  const finished = await aggregatorAt(site, 'evaluate').finishHere({
    execution,
    head: step.head,
  });
  ledger.together([{ silo, cost: finished.cost }]);
  const { intercept, metrics, curve, parts } = finished;
  return {
    manifest: { type: spec.type, ...ofManifest(finished), parts },
    rounds: step.progress.round,
    stopped: step.stopped,
    ...integrated,
    intercept,
    metrics,
    curve,
  };
}

/** What a manifest says of the parameters that belong to no column. */
export function ofManifest({
  intercept,
  own,
  solver,
  network,
}: Fitted): Pick<ModelManifest, 'intercept' | 'own' | 'solver' | 'network'> {
  return { intercept, ...(own && { own }), ...(solver && { solver }), ...(network && { network }) };
}
