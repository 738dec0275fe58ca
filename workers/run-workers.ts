import { NativeConnection, type NativeConnectionOptions, type Worker } from '@temporalio/worker';
import type { ListenAddress } from '../core/config/index.js';
import { AmalurError } from '../core/errors.js';
import { startHealthServer, type Checks } from './telemetry/health-server.js';
import { polls } from './telemetry/readiness.js';

/** How to reach the Temporal server. */
export interface ServerAccess {
  /** As the profile gives it; clients and workers take the same options but for the form of the API key. */
  readonly connection: Omit<NativeConnectionOptions, 'apiKey'> & {
    readonly apiKey?: string | (() => string);
  };
  readonly namespace: string;
}

export async function connectWorker({
  connection: { apiKey, ...options },
}: ServerAccess): Promise<NativeConnection> {
  const key = typeof apiKey === 'function' ? apiKey() : apiKey;
  try {
    return await NativeConnection.connect({ ...options, ...(key !== undefined && { apiKey: key }) });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TransportError') throw error;
    const address = options.address ?? 'localhost:7233';
    throw new AmalurError(
      'AMALUR_SERVER_UNREACHABLE',
      `no Temporal server answers at ${address}`,
      { suggestion: 'start it, or correct TEMPORAL_ADDRESS or the profile' },
      { cause: error },
    );
  }
}

/**
 * Runs workers until one of them ends; SIGTERM and SIGINT let them finish what they are at.
 * @param health where they answer whether they are ready: when they poll and the checks hold
 */
export async function runWorkers(
  workers: readonly Worker[],
  health: ListenAddress | undefined,
  checks: Checks,
): Promise<void> {
  const server = health && (await startHealthServer(health, { polling: polls(workers), ...checks }));
  const shutdownAll = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const runs = workers.map((worker) => worker.run().finally(shutdownAll));
  try {
    await Promise.all(runs);
  } finally {
    server?.close();
  }
}
