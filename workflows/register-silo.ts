import { setCurrentDetails } from '@temporalio/workflow';
import { AmalurError } from '../core/errors.js';
import { catalog, probeOf } from './activity-proxies.js';
import type { RegistrationResult } from './contracts/results.js';
import { markdownTable, plain } from './markdown.js';
import { siteOf } from './contracts/task-queues.js';
import { coded, endOf } from './failures.js';
import { askSite } from './silo-presence.js';

/** Profiles a silo's tables where they are and makes schema, keys and counts known to the catalog. Rows stay. */
export async function registerSilo(request: { readonly silo: string }): Promise<RegistrationResult> {
  try {
    const silo = siloIn(request);
    const probe = probeOf(siteOf(silo), `profile the tables of ${silo}`);
    const description = await askSite(siteOf(silo), () => probe.describeSilo(), 'silo');
    const profiles = [];
    for (const table of description.tables) {
      profiles.push(await probe.profileTable(table));
      setCurrentDetails(describe(silo, description.tables, profiles));
    }
    await catalog.recordSilo(description, profiles);
    return {
      silo,
      tables: profiles.map(({ table, rows, columns }) => ({ table, rows, columns: columns.length })),
    };
  } catch (error) {
    throw endOf(error);
  }
}

/** What the UI shows: the tables, and what is known of those that were profiled. */
function describe(
  silo: string,
  tables: readonly string[],
  profiles: readonly { readonly rows: number; readonly columns: readonly unknown[] }[],
): string {
  const rows = tables.map((table, at) => {
    const known = profiles[at];
    return [table, known?.rows.toLocaleString('en-US') ?? '–', String(known?.columns.length ?? '–')];
  });
  const head = `**silo ${plain(silo)}: ${profiles.length} of ${tables.length} tables profiled**`;
  return [head, markdownTable(['table', 'rows', 'columns'], rows)].join('\n\n');
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
