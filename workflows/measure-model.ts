import type { ModelVersionRecord } from '../catalog/catalog.js';
import type { ResolvedJob } from '../core/job/resolved.js';
import { aggregatorAt } from './activity-proxies.js';
import { withVersionsOfNow } from './check-silos.js';
import type { MeasureOutput } from './contracts/retraining.js';
import type { TrainingResult } from './contracts/results.js';
import { siteOf } from './contracts/task-queues.js';
import { beginning, Ledger } from './ledger.js';
import type { Watch } from './progress.js';
import { baseSilo } from './publish.js';
import { isFederated, publishToScore, scoreRows, siteFor, usualStrategy } from './score-rows.js';

/**
 * How good a model of before is on the test rows that a training of today has held out: the tables as they are now, with labels and
 * split, scored by the model's own parts.
 * @param execution under which the site's journal keeps the steps
 * @param trained where labels and scores have met already
 */
export async function measureModel(
  execution: string,
  model: ModelVersionRecord,
  trained: Pick<TrainingResult, 'site'>,
  watch: Watch,
): Promise<Pick<MeasureOutput, 'metrics' | 'rows'>> {
  const { resolved } = await withVersionsOfNow(unvalidated(model.resolved));
  const ledger = new Ledger(beginning(Date.now()), () => undefined);
  const run = { execution, resolved, watch, ledger };
  const strategy = usualStrategy(model);
  const site =
    strategy === 'materialize'
      ? siteFor(model, strategy)
      : isFederated(model.manifest)
        ? siteOf(baseSilo(resolved))
        : trained.site;
  const published = await publishToScore(run, model, site, strategy, 'training here');
  watch.phase('comparing');
  const scored = await scoreRows(run, model, site, strategy, published);
  const { target } = published.match;
  return aggregatorAt(site, 'measure the model in use').measure({ execution, ...scored, target });
}

/** No fold is wanted of rows that nothing learns from. */
function unvalidated({ job, ...rest }: ResolvedJob): ResolvedJob {
  const { validation: _, search: __, ...without } = job;
  return { ...rest, job: without };
}
