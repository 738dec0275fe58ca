import type { Stores } from '../../core/exchange/stores.js';
import type { LocalSource } from '../../core/integration/local-table.js';
import type { ShareOfColumns } from '../../workflows/contracts/operations.js';
import { readShare } from '../compute/read-share.js';

/** The feature columns of tables whose rows have come to this site. */
export async function openSources(stores: Stores, shares: readonly ShareOfColumns[]): Promise<LocalSource[]> {
  const sources: LocalSource[] = [];
  for (const share of shares) {
    sources.push({ id: share.id, features: share.columns, data: await readShare(stores, share) });
  }
  return sources;
}
