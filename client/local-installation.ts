import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import type { AmalurConfig } from '../core/config/config.js';
import { loadKeys } from '../workers/codec/keys.js';
import { AmalurClient } from './amalur-client.js';
import { localEnvironment } from './connect.js';
import { lockInstallation } from './local/lock.js';
import { neededQueues, unpolled } from './local/pollers.js';
import { startServerProcess, type Ports, type ServerProcess } from './local/server-process.js';
import { startWorkerProcess, type WorkerProcess } from './local/worker-process.js';
import { removeLocalAddress, writeLocalAddress } from './up-file.js';

export interface LocalInstallationOptions extends Ports {
  /** The first worker's port for Prometheus; each further worker (aggregator, then silos) has the next. @default none */
  readonly metricsPort?: number;
  /** The same for health. @default none */
  readonly healthPort?: number;
  /** Told what happens, a line each. */
  readonly say: (line: string) => void;
}

/** A server and all workers of a configuration as processes of this machine, which end with this process, kill -9 included. */
export interface LocalInstallation {
  readonly client: AmalurClient;
  readonly address: string;
  /** Of the web UI. */
  readonly ui: string;
  readonly logs: string;
  /** Stops the workers, then the server, and waits until they are gone. */
  stop(): Promise<void>;
}

/** How long workers may take until they ask for work, on a machine that is busy. */
const WORKERS_SECONDS = 120;

/**
 * Starts an installation and waits until every worker asks for work. Silos are not registered by this.
 * @throws AMALUR_DUPLICATE_NAME when one is up in this folder, AMALUR_TOOL_MISSING, Error with the end of the log of a worker that does not start
 */
export async function startLocalInstallation(
  config: AmalurConfig,
  options: LocalInstallationOptions,
): Promise<LocalInstallation> {
  const { stateFolder } = config;
  const unlock = await lockInstallation(stateFolder);
  const logs = join(stateFolder, 'logs');
  const workers: WorkerProcess[] = [];
  let server: ServerProcess | undefined;
  let ready = false;
  const stop = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop()));
    // The connection stays open until the process ends: a call that waits to be tried again would find it closed, and throw
    // where nobody can catch it.
    await server?.stop();
    await removeLocalAddress(stateFolder);
    unlock();
  };
  try {
    await mkdir(logs, { recursive: true });
    server = await startServer(config, logs, options);
    const connection = await Connection.connect({ address: server.address });
    const client = new AmalurClient({
      connection,
      namespace: server.namespace,
      keys: loadKeys(config.codec),
    });
    const notStarting = startWorkers(config, logs, server, workers, options, () => ready);
    await Promise.race([allPolled(client, config), notStarting]);
    ready = true;
    return { client, address: server.address, ui: server.ui, logs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startServer(
  { stateFolder }: AmalurConfig,
  logs: string,
  options: LocalInstallationOptions,
): Promise<ServerProcess> {
  const startedAt = new Date().toISOString();
  const announce = (): Promise<void> => {
    const { address, namespace, ui } = server;
    return writeLocalAddress(stateFolder, {
      address,
      namespace,
      ui,
      pid: process.pid,
      serverPid: server.pid(),
      startedAt,
    });
  };
  const server = await startServerProcess({
    ...options,
    stateFolder,
    logFile: join(logs, 'temporal.log'),
    onRestart: () => void announce(),
  });
  await announce();
  return server;
}

/** Rejects when a worker does not start. */
function startWorkers(
  config: AmalurConfig,
  logs: string,
  server: ServerProcess,
  workers: WorkerProcess[],
  { say, metricsPort, healthPort }: LocalInstallationOptions,
  hasWorked: () => boolean,
): Promise<never> {
  const roles = [['control'], ['aggregator'], ...config.silos.map(({ name }) => ['silo', name])];
  return new Promise((_, reject) => {
    for (const [at, [role = '', silo]] of roles.entries()) {
      const name = silo === undefined ? role : `${role} ${silo}`;
      workers.push(
        startWorkerProcess({
          name,
          args: [role, '--config', config.file, ...(silo === undefined ? [] : ['--silo', silo])],
          env: {
            ...localEnvironment(server),
            AMALUR_METRICS_PORT: portAt(metricsPort, at),
            AMALUR_HEALTH_PORT: portAt(healthPort, at),
          },
          logFile: join(logs, `${name.replace(' ', '-')}.log`),
          say,
          hasWorked,
          onGivenUp: reject,
        }),
      );
    }
  });
}

/** Workers on one machine can't share the port that a configuration may name. */
function portAt(first: number | undefined, at: number): string {
  return first === undefined ? 'off' : String(first + at);
}

async function allPolled(client: AmalurClient, config: AmalurConfig): Promise<void> {
  const needed = neededQueues(config.silos.map(({ name }) => name));
  const deadline = Date.now() + WORKERS_SECONDS * 1000;
  for (;;) {
    const missing = await unpolled(client.temporal, needed);
    if (missing.length === 0) return;
    await sleep(250);
    if (Date.now() > deadline) {
      const names = [...new Set(missing.map(({ worker }) => worker))].join(', ');
      throw new Error(`these workers do not ask for work after ${WORKERS_SECONDS} s: ${names}`);
    }
  }
}
