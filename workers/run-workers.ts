import { NativeConnection, type NativeConnectionOptions, type Worker } from '@temporalio/worker';

/** How to reach the Temporal server. */
export interface ServerAccess {
  /** As the profile gives it; clients and workers take the same options but for the form of the API key. */
  readonly connection: Omit<NativeConnectionOptions, 'apiKey'> & {
    readonly apiKey?: string | (() => string);
  };
  readonly namespace: string;
}

export function connectWorker({
  connection: { apiKey, ...options },
}: ServerAccess): Promise<NativeConnection> {
  const key = typeof apiKey === 'function' ? apiKey() : apiKey;
  return NativeConnection.connect({ ...options, ...(key !== undefined && { apiKey: key }) });
}

/** Runs workers until one of them ends; SIGTERM and SIGINT let them finish what they are at. */
export async function runWorkers(workers: readonly Worker[]): Promise<void> {
  const shutdownAll = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const runs = workers.map((worker) => worker.run().finally(shutdownAll));
  await Promise.all(runs);
}
