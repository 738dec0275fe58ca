import { ActivityFailure, TimeoutFailure } from '@temporalio/workflow';
import { AmalurError } from '../core/errors.js';
import type { ResolvedJob } from '../core/job/resolved.js';
import type { JobInput } from '../core/job/schema.js';
import type { Site } from '../core/planner/plan.js';
import { siteOf } from './contracts/task-queues.js';
import { catalog, probeOf } from './activity-proxies.js';
import { coded } from './failures.js';

/** Resolves a job against the tables as they are now. */
export async function resolveFreshly(job: JobInput): Promise<ResolvedJob> {
  const { resolved, changed } = await withVersionsOfNow(await catalog.resolveJob(job));
  return changed ? catalog.resolveJob(job) : resolved;
}

/**
 * A resolved job with the versions that its tables have now: every silo that takes part is asked for their content hashes, and what
 * has changed since it was registered is profiled again.
 */
export async function withVersionsOfNow(
  resolved: ResolvedJob,
): Promise<{ readonly resolved: ResolvedJob; readonly changed: boolean }> {
  const silos = [...new Set(resolved.parties.map(({ silo }) => silo))];
  const answers = await Promise.all(
    silos.map(async (silo) => [silo, await refresh(silo, resolved)] as const),
  );
  const versions = Object.fromEntries(answers);
  const parties = resolved.parties.map((party) => ({
    ...party,
    version: versions[party.silo]?.[party.table] ?? party.version,
  }));
  const changed = parties.some(({ version }, at) => version !== resolved.parties[at]?.version);
  return { resolved: { ...resolved, parties }, changed };
}

/** Content hashes of a silo's tables in the job, those registered again that have changed. */
async function refresh(silo: string, { parties }: ResolvedJob): Promise<Record<string, string>> {
  const site = siteOf(silo);
  const probe = probeOf(site, `is ${silo} there, and unchanged?`);
  const own = parties.filter((party) => party.silo === silo);
  const first = parties.findIndex((party) => party.silo === silo);
  const field = first === 0 ? 'target.base' : `integration.joins[${first - 1}].table`;
  const versions = await answerOf(site, field, probe.tableVersions(own.map(({ table }) => table)));
  const stale = [
    ...new Set(own.filter(({ table, version }) => versions[table] !== version).map(({ table }) => table)),
  ];
  if (stale.length === 0) return versions;
  const description = await probe.describeSilo();
  const profiles = await Promise.all(stale.map((table) => probe.profileTable(table)));
  await catalog.recordSilo(description, profiles);
  return { ...versions, ...Object.fromEntries(profiles.map((one) => [one.table, one.contentHash])) };
}

/**
 * The answer to a probe. Throws AMALUR_SILO_UNAVAILABLE with the site's name when nobody takes the question up.
 * @param field what in the job names the site
 */
export async function answerOf<T>(site: Site, field: string | undefined, question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : undefined;
    if (!(cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START')) throw error;
    throw coded(unavailable(site, field));
  }
}

function unavailable(site: Site, field: string | undefined): AmalurError {
  const silo = site === 'aggregator' ? undefined : site.slice('silo.'.length);
  const [who, command] =
    silo === undefined ? ['the aggregator', 'aggregator'] : [`silo "${silo}"`, `silo --silo ${silo}`];
  return new AmalurError('AMALUR_SILO_UNAVAILABLE', `${who} has no worker that answers`, {
    ...(field !== undefined && { field }),
    suggestion: `start its worker: amalur worker ${command}`,
  });
}
