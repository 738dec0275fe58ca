import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { TestInstallation } from './installation.js';

/** Private stores of an installation, in which every step is committed: the aggregator's and the silos'. */
export function privateStores({ config }: Pick<TestInstallation, 'config'>): string[] {
  return [path.join(config.stateFolder, 'aggregator'), ...config.silos.map(({ store }) => store)];
}

/** How many records there are in stores. */
export function recordsIn(stores: readonly string[]): number {
  let count = 0;
  for (const store of stores) {
    const records = path.join(store, 'records');
    for (const folder of entriesOf(records)) count += entriesOf(path.join(records, folder)).length;
  }
  return count;
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
