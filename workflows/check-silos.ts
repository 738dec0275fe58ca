import type { ResolvedJob } from '../core/job/resolved.js';
import type { JobInput } from '../core/job/schema.js';
import { siteOf } from './contracts/task-queues.js';
import { catalog, probeOf } from './activity-proxies.js';
import { askSite, followSilos } from './silo-presence.js';

/**
 * Resolves a job against the tables as they are now.
 * @param without silos that are left out, because they are lost
 * @param known told what the catalog makes of the job, before any silo is asked
 */
export async function resolveFreshly(
  job: JobInput,
  without: readonly string[] = [],
  known: (resolved: ResolvedJob) => void = () => undefined,
): Promise<ResolvedJob> {
  const resolve = () => (without.length === 0 ? catalog.resolveJob(job) : catalog.resolveJob(job, without));
  const first = await resolve();
  known(first);
  const { resolved, changed } = await withVersionsOfNow(first);
  return changed ? resolve() : resolved;
}

/**
 * A resolved job with the versions that its tables have now: every silo that takes part is asked for their content hashes, and what
 * has changed since it was registered is profiled again.
 * @param asked tables whose versions are wanted; default: all
 */
export async function withVersionsOfNow(
  resolved: ResolvedJob,
  asked: ResolvedJob['parties'] = resolved.parties,
): Promise<{ readonly resolved: ResolvedJob; readonly changed: boolean }> {
  const silos = [...new Set(asked.map(({ silo }) => silo))];
  const answers = await Promise.all(
    silos.map(async (silo) => [silo, await refresh(silo, resolved, asked)] as const),
  );
  const versions = Object.fromEntries(answers);
  const parties = resolved.parties.map((party) => ({
    ...party,
    version: versions[party.silo]?.[party.table] ?? party.version,
  }));
  followSilos({ begun: true });
  const changed = parties.some(({ version }, at) => version !== resolved.parties[at]?.version);
  return { resolved: { ...resolved, parties }, changed };
}

/** Content hashes of a silo's tables in the job, those registered again that have changed. */
async function refresh(
  silo: string,
  { parties }: ResolvedJob,
  asked: ResolvedJob['parties'],
): Promise<Record<string, string>> {
  const site = siteOf(silo);
  const probe = probeOf(site, `is ${silo} there, and unchanged?`);
  const own = asked.filter((party) => party.silo === silo);
  const first = parties.findIndex(({ id }) => id === own[0]?.id);
  const field = first === 0 ? 'target.base' : `integration.joins[${first - 1}].table`;
  const versions = await askSite(site, () => probe.tableVersions(own.map(({ table }) => table)), field);
  const stale = [
    ...new Set(own.filter(({ table, version }) => versions[table] !== version).map(({ table }) => table)),
  ];
  if (stale.length === 0) return versions;
  const description = await askSite(site, () => probe.describeSilo(), field);
  const profiles = await Promise.all(
    stale.map((table) => askSite(site, () => probe.profileTable(table), field)),
  );
  await catalog.recordSilo(description, profiles);
  return { ...versions, ...Object.fromEntries(profiles.map((one) => [one.table, one.contentHash])) };
}
