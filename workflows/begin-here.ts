import { entryOf } from '../core/entry-of.js';
import type { ModelSpec } from '../core/job/schema.js';
import type { Candidate, Plan } from '../core/planner/plan.js';
import { aggregatorAt } from './activity-proxies.js';
import { crossValidate } from './cross-validate.js';
import { integratedBy, publishAndMatch, sharesOf, siloOfSite, type Run } from './publish.js';
import type { BegunHere } from './segments-here.js';
import { startOf } from './warm-start.js';

/** Brings the rows together in one place, chooses the settings where the job wants that, and goes as far as the first round. */
export async function beginHere(run: Run, candidate: Candidate, plan: Plan): Promise<BegunHere> {
  const { execution, resolved, watch, ledger } = run;
  const { site, mode } = candidate;
  const { job } = resolved;
  const published = await publishAndMatch(run, site, mode === 'pull' ? 'rows' : 'keys', 'training here');
  const { target } = published.match;
  const shares = sharesOf(resolved).map(({ id, party, columns, sources }) => ({
    ...{ id, columns, sources },
    features: entryOf(published.parties, party).features,
  }));
  const start = startOf(run);

  watch.phase('training');
  const form = mode === 'pull' ? 'materialized' : 'factorized';
  const begin = async (model: ModelSpec) => {
    const begun = await aggregatorAt(site, `${form} table`).trainHere({
      ...{ execution, spec: model, form, target, shares },
      ...(resolved.interactions && { interactions: resolved.interactions }),
      ...(start && { start }),
    });
    ledger.together([{ silo: siloOfSite(site), cost: begun.cost }]);
    return begun;
  };
  let step = await begin(job.model);
  const { validation } = job;
  const wanted = validation !== undefined && run.without === undefined;
  const found = wanted ? await crossValidate(run, validation, candidate, plan, step.head) : undefined;
  if (found && job.search) step = await begin(found.model);
  if (found) watch.phase('training');
  const { head, progress } = run.standing?.from.here ?? step;
  const state = { head, progress, segment: plan.segmentRounds, integrated: integratedBy(published.match) };
  return { state, ...(found && { found }) };
}
