import type { Catalog } from '../../catalog/catalog.js';
import { AmalurError } from '../../core/errors.js';
import { startFrom } from '../../core/job/check-warm-start.js';
import { resolveJob } from '../../core/job/resolve.js';
import type { ResolvedJob, ResolvedStart } from '../../core/job/resolved.js';
import type { Job } from '../../core/job/schema.js';
import { resolveWithoutSilos } from '../../core/job/skip-silos.js';
import { findModel } from './find-model.js';

/**
 * A job resolved against the tables that the catalog knows, and the version whose parameters it begins with: that is part of its hash, whatever name
 * or alias the job gave for it.
 * @param without silos that are left out
 * @throws AMALUR_UNKNOWN_MODEL, AMALUR_START_MISFIT
 */
export async function resolveWithStart(
  catalog: Catalog,
  job: Job,
  without: readonly string[],
): Promise<ResolvedJob> {
  const tables = await catalog.tables.list();
  const resolve = (given: Job) =>
    without.length === 0 ? resolveJob(given, tables) : resolveWithoutSilos(given, tables, without);
  if (job.resumeFrom !== undefined && without.length === 0) {
    const before = await catalog.runs.get(job.resumeFrom);
    return begunAs(resolve, job, before?.resolved?.start);
  }
  if (job.warmStart === undefined) return resolve(job);
  const model = await findModel(catalog, job.warmStart, 'warmStart');
  const resolved = resolve({ ...job, warmStart: `${model.name}@${String(model.version)}` });
  try {
    return { ...resolved, start: startFrom(resolved, model) };
  } catch (error) {
    // Without a silo columns may come together from other tables. A run that skips one is to end all the same.
    if (without.length === 0 || !(error instanceof AmalurError && error.code === 'AMALUR_START_MISFIT'))
      throw error;
    const { warmStart: _, ...anew } = job;
    return resolve(anew);
  }
}

/** A run that goes on from another has begun as that one did, whatever its own job names: so its model is recorded. */
function begunAs(
  resolve: (job: Job) => ResolvedJob,
  job: Job,
  start: ResolvedStart | undefined,
): ResolvedJob {
  const { warmStart: _, ...rest } = job;
  if (start === undefined) return resolve(rest);
  return { ...resolve({ ...rest, warmStart: start.model }), start };
}
