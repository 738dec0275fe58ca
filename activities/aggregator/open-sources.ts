import { readFeatures } from '../../core/exchange/table-bundle.js';
import type { Stores } from '../../core/exchange/stores.js';
import type { LocalSource } from '../../core/integration/local-table.js';
import type { ShareOfColumns } from '../../workflows/contracts/operations.js';

/** The feature columns of tables whose rows have come to this site. */
export async function openSources(stores: Stores, shares: readonly ShareOfColumns[]): Promise<LocalSource[]> {
  const sources: LocalSource[] = [];
  for (const { id, columns, features } of shares) {
    sources.push({ id, features: columns, data: readFeatures(await stores.get(features)) });
  }
  return sources;
}
