import type { AmalurConfig } from '../../core/config/index.js';
import { openStore } from '../../core/exchange/index.js';
import { parseS3Url } from '../../core/exchange/s3/location.js';
import type { Check } from './check.js';

/** The exchange, and private stores that a server keeps: folders of silos may be on other hosts. */
export function storeChecks({ exchange, s3, silos }: AmalurConfig): Check[] {
  const remote = silos.filter(({ store }) => parseS3Url(store) !== undefined);
  return [
    { name: 'exchange', run: () => checkStore(exchange, s3) },
    ...remote.map(({ name, store }) => ({ name: `store of ${name}`, run: () => checkStore(store, s3) })),
  ];
}

/** Always the same blob, so that looking twice leaves nothing more. */
const SAMPLE = Buffer.from('amalur doctor was here');
const TRIES = 5;

/** Writes and reads. The first write makes a server show that it honours conditional writes. */
async function checkStore(place: string, options: AmalurConfig['s3']): Promise<string> {
  const store = openStore(place, options);
  const hash = await store.put(SAMPLE);
  const started = performance.now();
  for (let i = 0; i < TRIES; i += 1) await store.get(hash);
  const milliseconds = ((performance.now() - started) / TRIES).toFixed(1);
  const honours = parseS3Url(place) ? ', honours conditional writes' : '';
  return `${place}: written and read${honours}, ${milliseconds} ms a read`;
}
