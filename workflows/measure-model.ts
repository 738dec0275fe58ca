import type { ModelVersionRecord } from '../catalog/catalog.js';
import { AmalurError } from '../core/errors.js';
import type { Job } from '../core/job/schema.js';
import type { ResolvedJob } from '../core/job/resolved.js';
import type { Site } from '../core/planner/plan.js';
import { aggregatorAt } from './activity-proxies.js';
import { withVersionsOfNow } from './check-silos.js';
import type { MeasureOutput } from './contracts/retraining.js';
import type { InferenceResult, TrainingResult } from './contracts/results.js';
import { siteOf } from './contracts/task-queues.js';
import { coded } from './failures.js';
import { beginning, Ledger } from './ledger.js';
import type { Watch } from './progress.js';
import { baseSilo, silosOf } from './publish.js';
import { isFederated, publishToScore, scoreRows, siteFor, usualStrategy } from './score-rows.js';

/** Measures on the test rows, and the tables that they are of. */
export interface MeasuredAgain extends Pick<MeasureOutput, 'metrics' | 'rows'> {
  readonly resolved: ResolvedJob;
}

/**
 * How good a model of before is on the test rows that a training of today has held out: the tables as they are now, with labels and
 * split, scored by the model's own parts. Nothing travels that either job keeps in its silo.
 * @param execution under which the site's journal keeps the steps
 * @param trained where labels and scores have met already
 * @throws AMALUR_NO_PLAN where what is needed must not meet
 */
export async function measureModel(
  execution: string,
  before: ModelVersionRecord,
  trained: Pick<TrainingResult, 'site' | 'strategy'>,
  now: Job['constraints'],
  watch: Watch,
): Promise<MeasuredAgain> {
  const { resolved } = await withVersionsOfNow(constrained(unvalidated(before.resolved), now));
  const model = { ...before, resolved };
  const ledger = new Ledger(beginning(Date.now()), () => undefined);
  const run = { execution, resolved, watch, ledger };
  const strategy = usualStrategy(model);
  const site = siteToMeasure(model, strategy, trained);
  requireAllowed(resolved, site, strategy);
  const published = await publishToScore(run, model, site, strategy, 'training here');
  watch.phase('comparing');
  const scored = await scoreRows(run, model, site, strategy, published);
  const { target } = published.match;
  const at = aggregatorAt(site, 'measure the model in use');
  const { metrics, rows } = await at.measure({ execution, ...scored, target });
  return { metrics, rows, resolved };
}

function siteToMeasure(
  model: ModelVersionRecord,
  strategy: InferenceResult['strategy'],
  trained: Pick<TrainingResult, 'site' | 'strategy'>,
): Site {
  if (strategy === 'materialize' && trained.strategy !== 'materialize') return siteFor(model, strategy);
  return isFederated(model.manifest) ? siteOf(baseSilo(model.resolved)) : trained.site;
}

/** No fold is wanted of rows that nothing learns from. */
function unvalidated({ job, ...rest }: ResolvedJob): ResolvedJob {
  const { validation: _, search: __, ...without } = job;
  return { ...rest, job: without };
}

/** What either job keeps in its silo stays there. */
function constrained({ job, ...rest }: ResolvedJob, now: Job['constraints']): ResolvedJob {
  const then = job.constraints;
  const constraints = {
    ...then,
    rowsStay: [...new Set([...then.rowsStay, ...now.rowsStay])],
    keysStay: [...new Set([...then.keysStay, ...now.keysStay])],
    labelsStay: then.labelsStay || now.labelsStay,
  };
  return { ...rest, job: { ...job, constraints } };
}

/** Other than an inference, measuring takes labels to the site. */
function requireAllowed(resolved: ResolvedJob, site: Site, strategy: InferenceResult['strategy']): void {
  const { job, labels, parties } = resolved;
  const { labelsStay, rowsStay } = job.constraints;
  const labelled = parties.filter(({ id }) => labels.some(({ party }) => party === id));
  const tellsLabels = labelsStay && labelled.some(({ silo }) => siteOf(silo) !== site);
  const sendsRows =
    strategy === 'materialize' &&
    silosOf(resolved).some((silo) => rowsStay.includes(silo) && siteOf(silo) !== site);
  if (!tellsLabels && !sendsRows) return;
  throw coded(new AmalurError('AMALUR_NO_PLAN', 'what its measures need must not leave its silo'));
}
