import type { NativeConnectionOptions, Worker } from '@temporalio/worker';

/** How to reach the Temporal server. */
export interface ServerAccess {
  readonly connection: NativeConnectionOptions;
  readonly namespace: string;
}

/** Runs workers until one of them ends; SIGTERM and SIGINT let them finish what they are at. */
export async function runWorkers(workers: readonly Worker[]): Promise<void> {
  const shutdownAll = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const runs = workers.map((worker) => worker.run().finally(shutdownAll));
  await Promise.all(runs);
}
