import type { RunHandle, TrainingResult } from '../../client/index.js';
import { until } from './worker-processes.js';

/** Pauses a run and waits until it is. @returns the round at which it stands */
export async function paused(run: RunHandle<TrainingResult>): Promise<number> {
  await run.pause();
  return until('the pause', async () => {
    // Between two executions nobody may be there to answer for a moment.
    const { phase, round } = await run.progress().catch(() => ({ phase: undefined, round: 0 }));
    return phase === 'paused' ? round : undefined;
  });
}
