import { entryOf } from '../core/entry-of.js';
import type { BlobRef } from '../core/exchange/store.js';
import { originsOf } from '../core/job/resolved.js';
import { AmalurError } from '../core/errors.js';
import type { Site } from '../core/planner/plan.js';
import type { ModelVersionRecord } from '../catalog/catalog.js';
import { aggregatorAt, catalog, siloAt } from './activity-proxies.js';
import { withVersionsOfNow } from './check-silos.js';
import type { PredictInput } from './contracts/operations.js';
import type { InferenceRequest, InferenceResult } from './contracts/results.js';
import { siteOf } from './contracts/task-queues.js';
import { coded } from './failures.js';
import { Ledger, beginning } from './ledger.js';
import { Watch } from './progress.js';
import {
  baseSilo,
  comparesCells,
  publishAndMatch,
  sharesOf,
  siloOfSite,
  silosOf,
  type ColumnShare,
  type Published,
  type Run,
} from './publish.js';
import { recorded } from './recorded.js';
import { sealSecret } from './seal-secret.js';

/**
 * Predicts every row of the target table as it is now (an inner join leaves out what has no match) and writes a file at
 * the site where scores meet. factorize: silos give partial scores; materialize: rows and parameters come together.
 */
export async function runInference(request: InferenceRequest): Promise<InferenceResult> {
  const watch = new Watch();
  return recorded('inference', undefined, async ({ run, execution }) => {
    const model = await catalog.findModel(request);
    const strategy = request.strategy ?? (model.manifest.interactions ? 'materialize' : 'factorize');
    watch.phase('checking silos');
    // Tables may have new rows since the training, without labels as yet; parties, columns and encodings are the model's.
    const { resolved } = await withVersionsOfNow(model.resolved);
    watch.resolved(resolved);
    const site = siteFor(model, strategy);

    const ledger = new Ledger(beginning(Date.now()), (bytesOut) => watch.bytesOut(bytesOut));
    const course: Run = { execution, resolved, watch, ledger };
    const published = await publishAndMatch(
      course,
      site,
      strategy === 'materialize' ? 'rows' : 'keys',
      'inference',
      keysNeedSecret(model) ? await sealSecret(course) : undefined,
    );
    watch.phase('predicting');
    const from =
      strategy === 'materialize'
        ? { shares: rowsAndParts(model, published, sharesOf(resolved)) }
        : { scores: await partialScores(course, site, model, published) };
    const { type, intercept, own, classes, network, interactions } = model.manifest;
    const predicted = await aggregatorAt(site, 'write predictions').predict({
      execution,
      model: {
        ...{ type, intercept },
        ...(own && { own }),
        ...(classes && { classes }),
        ...(network && { network }),
        ...(interactions && { interactions }),
      },
      target: published.match.target,
      origins: originsOf(resolved).map(({ id: party }) => ({
        party,
        link: entryOf(published.parties, party).link,
      })),
      from,
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

/** Scores meet where the base table is: predictions belong to its owner. Rows may come together at the aggregator. */
function siteFor({ manifest, resolved }: ModelVersionRecord, strategy: InferenceResult['strategy']): Site {
  const base = siteOf(baseSilo(resolved));
  if (strategy === 'factorize') {
    if (!manifest.interactions) return base;
    const what = 'a model of products of columns of different tables';
    throw refused(`${what} is not a sum of partial scores`, 'materialize');
  }
  const { constraints } = resolved.job;
  const staying = silosOf(resolved).filter((silo) => constraints.rowsStay.includes(silo));
  const [onlyOne] = staying;
  if (isFederated(manifest)) {
    throw refused('the parameters of this model stay in their silos', 'factorize');
  }
  // Trained where all its rows are, such a model is used there.
  if (manifest.interactions && silosOf(resolved).length === 1) return base;
  if (onlyOne === undefined) return 'aggregator';
  if (staying.length > 1) throw refused(`rows must not leave ${staying.join(' and ')}`, 'factorize');
  return siteOf(onlyOne);
}

/** Keys that were not to be seen in training are not to be seen in inference, nor cells that are only compared. */
function keysNeedSecret({ manifest, resolved }: ModelVersionRecord): boolean {
  return isFederated(manifest) || resolved.job.constraints.keysStay.length > 0 || comparesCells(resolved);
}

function isFederated({ parts }: ModelVersionRecord['manifest']): boolean {
  return Object.values(parts).some(({ home }) => home !== 'exchange');
}

function refused(why: string, instead: string) {
  return coded(new AmalurError('AMALUR_NO_PLAN', why, { field: 'strategy', suggestion: `use ${instead}` }));
}

function rowsAndParts(
  { manifest }: ModelVersionRecord,
  published: Published,
  shares: readonly ColumnShare[],
) {
  return shares.map(({ id, party, columns, sources }) => ({
    ...{ id, columns, sources },
    features: entryOf(published.parties, party).features,
    part: entryOf(manifest.parts, id),
  }));
}

async function partialScores(
  { execution, resolved, ledger, watch }: Run,
  site: Site,
  model: ModelVersionRecord,
  published: Published,
): Promise<Extract<PredictInput['from'], { scores: unknown }>['scores']> {
  const given = await Promise.all(
    silosOf(resolved).map(async (silo) => {
      const own = sharesOf(resolved).filter((share) => share.silo === silo);
      const output = await siloAt(siteOf(silo), `${silo} scores its rows`).score({
        execution,
        type: model.manifest.type,
        site,
        shares: rowsAndParts(model, published, own),
      });
      watch.silo(silo, 'scored', output.cost);
      return { silo, ...output };
    }),
  );
  ledger.together(given);
  return Object.assign({}, ...given.map(({ scores }) => scores)) as Record<string, BlobRef>;
}
