import { AmalurError } from '../core/errors.js';
import { catalog, probeOf } from './activity-proxies.js';
import type { RegistrationResult } from './contracts/results.js';
import { siteOf } from './contracts/task-queues.js';
import { coded, failureToThrow } from './failures.js';
import { askSite } from './silo-presence.js';

/** Profiles a silo's tables where they are and makes schema, keys and counts known to the catalog. Rows stay. */
export async function registerSilo(request: { readonly silo: string }): Promise<RegistrationResult> {
  try {
    const silo = siloIn(request);
    const probe = probeOf(siteOf(silo), `profile the tables of ${silo}`);
    const description = await askSite(siteOf(silo), () => probe.describeSilo(), 'silo');
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

/** A workflow can be started with anything. */
function siloIn(request: unknown): string {
  if (typeof request === 'object' && request !== null && 'silo' in request) {
    const { silo } = request;
    if (typeof silo === 'string' && silo !== '') return silo;
  }
  throw coded(
    new AmalurError('AMALUR_INVALID_JOB', 'the workflow takes one object that names a silo', {
      field: 'silo',
      suggestion: 'write {"silo": "NAME"}',
    }),
  );
}
