import { NativeConnection, type NativeConnectionOptions, type Worker } from '@temporalio/worker';
import type { ListenAddress } from '../core/config/index.js';
import { startHealthServer, type Checks } from './telemetry/health-server.js';
import { polls } from './telemetry/readiness.js';
import { whyNotConnected } from './why-not-connected.js';

/** How to reach the Temporal server. */
export interface ServerAccess {
  /** As the profile gives it; clients and workers take the same options but for the form of the API key. */
  readonly connection: Omit<NativeConnectionOptions, 'apiKey'> & {
    readonly apiKey?: string | (() => string);
  };
  readonly namespace: string;
}

/** @throws AMALUR_SERVER_UNREACHABLE, AMALUR_SERVER_REFUSED */
export async function connectWorker({ connection }: ServerAccess): Promise<NativeConnection> {
  const { apiKey, ...options } = connection;
  const key = typeof apiKey === 'function' ? apiKey() : apiKey;
  try {
    return await NativeConnection.connect({ ...options, ...(key !== undefined && { apiKey: key }) });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TransportError') throw error;
    throw await whyNotConnected(connection, error);
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
    // All of them, so that nothing they use is closed under one that still drains; why the first failed is what is told.
    const ends = await Promise.allSettled(runs);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  } finally {
    server?.close();
  }
}
