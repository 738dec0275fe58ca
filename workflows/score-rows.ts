import type { ModelVersionRecord } from '../catalog/catalog.js';
import { entryOf } from '../core/entry-of.js';
import { AmalurError } from '../core/errors.js';
import type { BlobRef } from '../core/exchange/store.js';
import type { Site } from '../core/planner/plan.js';
import { siloAt } from './activity-proxies.js';
import type { PredictInput } from './contracts/operations.js';
import type { InferenceResult } from './contracts/results.js';
import { siteOf } from './contracts/task-queues.js';
import { coded } from './failures.js';
import type { Purpose } from './party-link.js';
import {
  baseSilo,
  comparesCells,
  publishAndMatch,
  sharesOf,
  silosOf,
  type ColumnShare,
  type Published,
  type Run,
} from './publish.js';
import { sealSecret } from './seal-secret.js';

type Strategy = InferenceResult['strategy'];

/** Partial scores are summed, but for a model whose score is no such sum. */
export function usualStrategy({ manifest }: Pick<ModelVersionRecord, 'manifest'>): Strategy {
  return manifest.interactions ? 'materialize' : 'factorize';
}

/** Silos publish what their rows are matched by, and materialize the rows too; under a secret where the training was. */
export async function publishToScore(
  run: Run,
  model: ModelVersionRecord,
  site: Site,
  strategy: Strategy,
  purpose: Exclude<Purpose, 'explanation'>,
): Promise<Published> {
  const sealed = keysNeedSecret(model) ? await sealSecret(run) : undefined;
  return publishAndMatch(run, site, strategy === 'materialize' ? 'rows' : 'keys', purpose, sealed);
}

/** What the site needs to score every target row: partial scores of the silos, or rows with their parts of the model. */
export async function scoreRows(
  run: Run,
  model: ModelVersionRecord,
  site: Site,
  strategy: Strategy,
  published: Published,
): Promise<Pick<PredictInput, 'model' | 'from'>> {
  const from =
    strategy === 'materialize'
      ? { shares: rowsAndParts(model, published, sharesOf(run.resolved)) }
      : { scores: await partialScores(run, site, model, published) };
  const { type, intercept, own, classes, network, interactions } = model.manifest;
  return {
    model: {
      ...{ type, intercept },
      ...(own && { own }),
      ...(classes && { classes }),
      ...(network && { network }),
      ...(interactions && { interactions }),
    },
    from,
  };
}

/** Scores meet where the base table is: predictions belong to its owner. Rows may come together at the aggregator. */
export function siteFor({ manifest, resolved }: ModelVersionRecord, strategy: Strategy): Site {
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
export function keysNeedSecret({ manifest, resolved }: ModelVersionRecord): boolean {
  return isFederated(manifest) || resolved.job.constraints.keysStay.length > 0 || comparesCells(resolved);
}

/** Its parameters are in its silos' own stores. */
export function isFederated({ parts }: Pick<ModelVersionRecord['manifest'], 'parts'>): boolean {
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
