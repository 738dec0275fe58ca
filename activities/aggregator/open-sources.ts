import { readFeatures } from '../../core/exchange/table-bundle.js';
import type { BlobRef } from '../../core/exchange/store.js';
import type { Stores } from '../../core/exchange/stores.js';
import type { LocalSource } from '../../core/integration/local-table.js';
import type { Party } from '../../core/job/resolved.js';

/** The feature columns of parties whose rows have come to this site. */
export async function openSources(
  stores: Stores,
  parties: readonly { readonly party: Party; readonly features: BlobRef }[],
): Promise<LocalSource[]> {
  const sources: LocalSource[] = [];
  for (const { party, features } of parties) {
    sources.push({
      party: party.id,
      features: party.features,
      data: readFeatures(await stores.get(features)),
    });
  }
  return sources;
}
