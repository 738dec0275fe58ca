import { entryOf } from '../../core/entry-of.js';
import { vectorBundle } from '../../core/exchange/bundle.js';
import type { BlobRef } from '../../core/exchange/store.js';
import { sharesById, trainingCounts, type TargetIndex } from '../../core/integration/target-index.js';
import type { Site } from '../../core/planner/plan.js';
import { siteOf } from '../../workflows/contracts/task-queues.js';
import { homeBetween, type Measuring } from '../compute/site.js';

/**
 * n_k of every share, to the party that encodes it.
 * @param silos silo of each party
 */
export async function sendCounts(
  site: Site,
  silos: Readonly<Record<string, string>>,
  stores: Measuring['stores'],
  target: TargetIndex,
): Promise<Record<string, BlobRef>> {
  const counts: Record<string, BlobRef> = {};
  for (const [id, share] of sharesById(target)) {
    const data = trainingCounts(share, target.trainRows);
    const home = homeBetween(site, siteOf(entryOf(silos, share.party)));
    counts[id] = await stores.put(home, 'counts', vectorBundle('counts', data));
  }
  return counts;
}
