import { CancellationScope } from '@temporalio/workflow';
import { siloOfSite } from './publish.js';
import type { Watch } from './progress.js';
import { SiloLost } from './silo-lost.js';
import { mayBeSkipped } from './silo-presence.js';

/**
 * Trains, and where a silo is lost that the job lets the run skip, trains anew without it. What other silos have published is in
 * their journals, and answered from there.
 * @param train a training without the silos that the watch knows as skipped
 * @param resume where the first one goes on
 */
export async function skippingLostSilos<T, R>(
  watch: Watch,
  train: (from: R | undefined) => Promise<T>,
  resume: R | undefined,
): Promise<T> {
  for (let from = resume; ; from = undefined) {
    // What other silos are at when one is lost is of no use any more.
    const scope = new CancellationScope();
    try {
      return await scope.run(() => train(from));
    } catch (error) {
      const silo = error instanceof SiloLost && mayBeSkipped() ? siloOfSite(error.site) : undefined;
      if (!(error instanceof SiloLost) || silo === undefined) throw error;
      scope.cancel();
      watch.skip(silo, error.since);
    }
  }
}
