import { catalog, probeOf } from './activity-proxies.js';
import type { RegistrationResult } from './contracts/results.js';
import { siteOf } from './contracts/task-queues.js';
import { failureToThrow } from './failures.js';

/** Profiles a silo's tables where they are and makes schema, keys and counts known to the catalog. Rows stay. */
export async function registerSilo({ silo }: { readonly silo: string }): Promise<RegistrationResult> {
  try {
    const probe = probeOf(siteOf(silo), `profile the tables of ${silo}`);
    const description = await probe.describeSilo();
    const profiles = [];
    for (const table of description.tables) profiles.push(await probe.profileTable(table));
    await catalog.recordSilo(description, profiles);
    return {
      silo,
      tables: profiles.map(({ table, rows, columns }) => ({ table, rows, columns: columns.length })),
    };
  } catch (error) {
    throw failureToThrow(error);
  }
}
