import type { JobInput } from '../core/job/schema.js';
import { resolveFreshly } from './check-silos.js';
import type { PlanningResult } from './contracts/results.js';
import { failureToThrow } from './failures.js';
import { planOf } from './train-model.js';

/** What `trainModel` would do with a job, and why; nothing is trained. */
export async function planTraining(job: JobInput): Promise<PlanningResult> {
  try {
    const resolved = await resolveFreshly(job);
    return { resolved, plan: await planOf(resolved) };
  } catch (error) {
    throw failureToThrow(error);
  }
}
