import type { ResolvedJob } from '../core/job/resolved.js';
import type { JobInput } from '../core/job/schema.js';
import { siteOf } from './contracts/task-queues.js';
import { catalog, probeOf } from './activity-proxies.js';

/**
 * Resolves a job against the tables as they are now: every silo that takes part is asked for its tables' content hashes,
 * and what has changed since it was registered is profiled again.
 */
export async function resolveFreshly(job: JobInput): Promise<ResolvedJob> {
  const resolved = await catalog.resolveJob(job);
  const silos = [...new Set(resolved.parties.map(({ silo }) => silo))];
  const changed = await Promise.all(silos.map((silo) => refresh(silo, resolved)));
  return changed.some(Boolean) ? catalog.resolveJob(job) : resolved;
}

/** Registers a silo again if a table that the job uses has changed. @returns whether it has */
async function refresh(silo: string, { parties }: ResolvedJob): Promise<boolean> {
  const probe = probeOf(siteOf(silo), `is ${silo} there, and unchanged?`);
  const own = parties.filter((party) => party.silo === silo);
  const versions = await probe.tableVersions(own.map(({ table }) => table));
  const stale = [
    ...new Set(own.filter(({ table, version }) => versions[table] !== version).map(({ table }) => table)),
  ];
  if (stale.length === 0) return false;
  const description = await probe.describeSilo();
  const profiles = await Promise.all(stale.map((table) => probe.profileTable(table)));
  await catalog.recordSilo(description, profiles);
  return true;
}
