import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { AmalurClient } from '../../client/amalur-client.js';
import { localEnvironment } from '../../client/connect.js';
import { neededQueues, unpolled } from '../../client/local/pollers.js';
import { startServerProcess } from '../../client/local/server-process.js';
import { startWorkerProcess, type WorkerProcess } from '../../client/local/worker-process.js';
import { loadConfig } from '../../core/config/index.js';
import { copyExample, type Example, type TestInstallation } from './installation.js';
import { Line } from './line.js';
import { until, type Role } from './worker-processes.js';

/** An installation whose workers are started and stopped one by one, as on hosts of their own. */
export interface AssembledInstallation extends TestInstallation {
  /** Starts a worker; one that ends by itself is started again, until it is stopped. */
  start(role: Role): WorkerProcess;
  /** The way of one silo's worker to the server. */
  readonly line: Line;
  /** Asks a worker to stop and waits until it is gone. */
  stopWorker(role: Role): Promise<void>;
}

/**
 * A real server and real workers of an example in a folder of its own, silos registered.
 * @param cuttable the silo whose worker reaches the server by a line that can be cut
 */
export async function assembleExample(name: Example, cuttable: string): Promise<AssembledInstallation> {
  const folder = await copyExample(name);
  const config = loadConfig(folder);
  const logs = path.join(config.stateFolder, 'logs');
  await mkdir(logs, { recursive: true });
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const logFile = path.join(logs, 'temporal.log');
  const { stateFolder } = config;
  const server = await startServerProcess({
    ...{ stateFolder, logFile, say, port: 'any', uiPort: 'any' },
    onRestart: () => undefined,
  });
  const { address, ui, namespace } = server;
  const { hostname: host, port } = new URL(`tcp://${address}`);
  const line = new Line({ host, port: Number(port) });
  const cuttableAddress = `127.0.0.1:${String(await line.join())}`;
  const client = new AmalurClient(await Connection.connect({ address }));
  const running = new Map<string, WorkerProcess>();
  const nameOf = ({ role, silo }: Role) => silo ?? role;
  const start = (role: Role): WorkerProcess => {
    const { silo } = role;
    const worker = startWorkerProcess({
      name: nameOf(role),
      args: [role.role, '--config', config.file, ...(silo === undefined ? [] : ['--silo', silo])],
      env: localEnvironment({ namespace, address: silo === cuttable ? cuttableAddress : address }),
      logFile: path.join(logs, `${nameOf(role)}.log`),
      say,
      hasWorked: () => true,
      onGivenUp: (error) => say(error.message),
    });
    if (!running.has(nameOf(role))) running.set(nameOf(role), worker);
    return worker;
  };
  const stop = async () => {
    await Promise.all([...running.values()].map((worker) => worker.stop()));
    await line.cut();
    await server.stop();
  };
  const silos = config.silos.map((silo) => silo.name);
  for (const role of ['control', 'aggregator'] as const) start({ role });
  for (const silo of silos) start({ role: 'silo', silo });
  await until(
    'every worker to ask for work',
    async () =>
      (await unpolled(client.temporal, neededQueues(silos))).length === 0 ? (true as const) : undefined,
    120,
  );
  await Promise.all(silos.map((silo) => client.registerSilo(silo)));
  return {
    ...{ client, address, ui, logs, folder, config, said, line, start, stop },
    async stopWorker(role) {
      await running.get(nameOf(role))?.stop();
      running.delete(nameOf(role));
    },
    async remove() {
      await stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
