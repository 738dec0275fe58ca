import { originsOf } from '../core/job/resolved.js';
import { entryOf } from '../core/entry-of.js';
import { aggregatorAt, catalog } from './activity-proxies.js';
import { withVersionsOfNow } from './check-silos.js';
import type { InferenceRequest, InferenceResult } from './contracts/results.js';
import { Ledger, beginning } from './ledger.js';
import { Watch } from './progress.js';
import { followSilos } from './silo-presence.js';
import { siloOfSite, type Run } from './publish.js';
import { recorded } from './recorded.js';
import { publishToScore, scoreRows, siteFor, usualStrategy } from './score-rows.js';

/**
 * Predicts every row of the target table as it is now (an inner join leaves out what has no match) and writes a file at
 * the site where scores meet. factorize: silos give partial scores; materialize: rows and parameters come together.
 */
export async function runInference(request: InferenceRequest): Promise<InferenceResult> {
  const watch = new Watch();
  return recorded('inference', undefined, async ({ run, execution }) => {
    const model = await catalog.findModel(request);
    const strategy = request.strategy ?? usualStrategy(model);
    watch.phase('checking silos');
    // Tables may have new rows since the training, without labels as yet; parties, columns and encodings are the model's.
    const { resolved } = await withVersionsOfNow(model.resolved);
    watch.resolved(resolved, false);
    followSilos({ watch });
    const site = siteFor(model, strategy);
    watch.tell({ model: `${model.name}@${model.version}`, scores: `${strategy}, meeting at ${site}` });

    const ledger = new Ledger(beginning(Date.now()), (bytesOut) => watch.bytesOut(bytesOut));
    const course: Run = { execution, resolved, watch, ledger };
    const published = await publishToScore(course, model, site, strategy, 'inference');
    watch.phase('predicting');
    const scored = await scoreRows(course, model, site, strategy, published);
    const predicted = await aggregatorAt(site, 'write predictions').predict({
      execution,
      ...scored,
      target: published.match.target,
      origins: originsOf(resolved).map(({ id: party }) => ({
        party,
        link: entryOf(published.parties, party).link,
      })),
      output: request.output ?? `${model.name}-${model.version}-${execution}.csv`,
    });
    ledger.together([{ silo: siloOfSite(site), cost: predicted.cost }]);

    watch.phase('storing');
    const seconds = ledger.seconds(Date.now());
    const { bytesOut } = ledger;
    const facts = {
      rounds: 0,
      stopReason: null,
      metrics: null,
      curve: [],
      evaluation: null,
      seconds,
      bytesOut,
    };
    const { name, version } = model;
    watch.tell({ predicted: `${predicted.rows.toLocaleString('en-US')} rows` });
    await catalog.finishRun(execution, facts, `${name}@${version}`);
    watch.phase('completed');
    const { file, rows, sha256 } = predicted;
    return {
      run,
      execution,
      model: { name, version },
      strategy,
      site,
      file,
      rows,
      sha256,
      seconds,
      bytesOut,
    };
  });
}
