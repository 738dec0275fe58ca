import { setCurrentDetails } from '@temporalio/workflow';
import type { BlobRef } from '../core/exchange/store.js';
import { formatBytes } from '../core/planner/format.js';
import { aggregatorAt, catalog, probeOf } from './activity-proxies.js';
import type { GarbageRequest, GarbageResult, StoreReport } from './contracts/garbage.js';
import { markdownTable, plain } from './markdown.js';
import { siteOf } from './contracts/task-queues.js';
import { endOf } from './failures.js';
import { askSite } from './silo-presence.js';

/**
 * Removes what ended runs have left, in the private store of every site and in the exchange. What a model version, an open run
 * or a run that ended within the retention needs stays. The exchange is swept last, knowing what the records of all sites mention.
 */
export async function collectGarbage(request: GarbageRequest = {}): Promise<GarbageResult> {
  try {
    // Refuses what it does not understand: from here on the request is what it says it is.
    const { endedAfter, before, heldBackBy, silos } = await catalog.planCollection(request);
    const dryRun = request.dryRun === true;
    await askSite('aggregator', () => probeOf('aggregator', 'is the aggregator there?').describeHost());
    const roots: BlobRef[] = [];
    for (let page = 0, more = true; more; page += 1) {
      const found = await catalog.collectionRoots(endedAfter, page);
      roots.push(await aggregatorAt('aggregator', 'what is to be kept').keepRoots(found));
      more = found.more;
    }
    const sweep = { before, dryRun, roots };
    const stores: StoreReport[] = [];
    const mentioned: BlobRef[] = [];
    const silent: string[] = [];
    const show = () => setCurrentDetails(describe(dryRun, stores, silent));
    for (const site of [...silos.map(siteOf), 'aggregator' as const]) {
      if (site !== 'aggregator' && !(await answers(site))) {
        silent.push(site);
        show();
        continue;
      }
      const swept = await aggregatorAt(site, `sweep the store of ${site}`).sweepPrivate(sweep);
      stores.push(swept.report);
      mentioned.push(swept.mentioned);
      show();
    }
    // Who did not answer may have records that mention what is in the exchange.
    if (silent.length === 0) {
      const at = aggregatorAt('aggregator', 'sweep the exchange');
      stores.push(await at.sweepExchange({ ...sweep, mentioned }));
      show();
    }
    return {
      ...{ dryRun, before: new Date(before).toISOString(), stores, silent },
      ...(heldBackBy !== undefined && { heldBackBy }),
    };
  } catch (error) {
    throw endOf(error);
  }
}

async function answers(site: ReturnType<typeof siteOf>): Promise<boolean> {
  try {
    await askSite(site, () => probeOf(site, 'is it there?').tableVersions([]));
    return true;
  } catch {
    return false;
  }
}

/** What the UI shows: what has gone of each store, so far. */
function describe(dryRun: boolean, stores: readonly StoreReport[], silent: readonly string[]): string {
  const rows = stores.map(({ store, blobs, records }) => [
    store,
    `${blobs.freed} (${formatBytes(blobs.freedBytes)})`,
    `${records.freed} (${formatBytes(records.freedBytes)})`,
    formatBytes(blobs.keptBytes + records.keptBytes),
  ]);
  const gone = dryRun ? 'would go' : 'gone';
  return [
    ...(dryRun ? ['**a dry run: nothing is removed**'] : []),
    markdownTable(['store', `blobs ${gone}`, `records ${gone}`, 'stays'], rows),
    ...(silent.length > 0
      ? [`left out, for want of an answer: ${plain(silent.join(', '))}, and so the exchange`]
      : []),
  ].join('\n\n');
}
