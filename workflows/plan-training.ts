import { setCurrentDetails } from '@temporalio/workflow';
import type { JobInput } from '../core/job/schema.js';
import { formatBytes, formatSeconds } from '../core/planner/format.js';
import type { Plan } from '../core/planner/plan.js';
import { resolveFreshly } from './check-silos.js';
import type { PlanningResult } from './contracts/results.js';
import { endOf } from './failures.js';
import { markdownTable, plain } from './markdown.js';
import { planOf } from './train-model.js';

/** What `trainModel` would do with a job, and why; nothing is trained. */
export async function planTraining(job: JobInput): Promise<PlanningResult> {
  try {
    const resolved = await resolveFreshly(job);
    const plan = await planOf(resolved);
    setCurrentDetails(describe(plan));
    return { resolved, plan };
  } catch (error) {
    throw endOf(error);
  }
}

/** What the UI shows: the decision, and what else was looked at. */
function describe({ chosen, candidates, explanation }: Plan): string {
  const rows = candidates.map(({ id, seconds, bytesOut, excluded }) => [
    id,
    formatSeconds(seconds.total),
    formatBytes(Object.values(bytesOut).reduce((sum, bytes) => sum + bytes, 0)),
    id === chosen ? 'chosen' : excluded.length > 0 ? `ruled out: ${excluded.join('; ')}` : 'allowed',
  ]);
  return [plain(explanation), markdownTable(['plan', 'time', 'bytes out', ''], rows)].join('\n\n');
}
