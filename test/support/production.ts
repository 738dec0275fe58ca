import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AmalurClient } from '../../client/index.js';
import { neededQueues, unpolled } from '../../client/local/pollers.js';
import { loadConfig, type AmalurConfig } from '../../core/config/index.js';
import { loadKeys } from '../../workers/codec/keys.js';
import { openClientConnection } from '../../workers/client-connection.js';
import { makeCertificates } from './certificates.js';
import { cliFile } from './command.js';
import { readCompose, root } from './compose.js';
import { startPostgres, type PostgresServer } from './postgres.js';
import { environmentOf, startProductionServer, type ProductionServer } from './production-server.js';
import { startS3Server, type S3Server } from './s3-server.js';
import { startTied, type TiedProcess } from './tied-process.js';
import { until } from './worker-processes.js';

/** The profile prod of docker-compose.yml, natively: its commands, environments and configurations, at this machine's addresses. */
export interface Production {
  readonly client: AmalurClient;
  /** As one who may look into every store sees it. */
  readonly config: AmalurConfig;
  readonly server: ProductionServer;
  /** Workers by the name of their service. */
  readonly workers: ReadonlyMap<string, TiedProcess>;
  /** Starts a second worker of a service. */
  standby(service: string): Promise<void>;
  /** Everything that servers and workers have logged. */
  said(): Promise<string>;
  /** Files of keys and certificates. */
  readonly secrets: readonly string[];
  stop(): Promise<void>;
}

const CLIENTS = ['control', 'aggregator', 'shop', 'crm', 'warehouse', 'tools'];
const services = Object.entries(readCompose('docker-compose.yml').services).filter(
  ([, { command, profiles }]) => profiles?.[0] === 'prod' && command?.[0] === 'worker',
);
const silos = services.flatMap(([name]) => (name.startsWith('silo-') ? [name.slice('silo-'.length)] : []));

export async function startProduction(): Promise<Production> {
  const folder = await mkdtemp(path.join(tmpdir(), 'amalur-production-'));
  const certificates = makeCertificates(path.join(folder, 'tls'), ['temporal', '127.0.0.1'], CLIENTS);
  const keysFile = path.join(folder, 'codec.keys');
  await writeFile(keysFile, `first:${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  const [postgres, objects] = await Promise.all([startPostgres(), startS3Server()]);
  const server = await startProductionServer({ folder, postgres: postgres.url, certificates });
  const configs = await writeConfigs(folder, postgres, objects);

  const workers = new Map<string, TiedProcess>();
  const logs: string[] = [];
  const startWorker = async (service: string, name = service): Promise<void> => {
    const { command = [] } = readCompose('docker-compose.yml').services[service] ?? {};
    const log = path.join(folder, `${name}.log`);
    logs.push(log);
    const args = (typeof command === 'string' ? [command] : command).map((word) =>
      word.startsWith('/etc/amalur/') ? path.join(folder, path.basename(word)) : word,
    );
    const env = {
      ...environmentOf(service),
      ...server.access(service.replace('silo-', '')),
      AMALUR_CODEC_KEYS_FILE: keysFile,
      AMALUR_METRICS_PORT: 'off',
      AMALUR_LOG_FORMAT: 'json',
      AWS_ACCESS_KEY_ID: process.env['AWS_ACCESS_KEY_ID'] ?? '',
      AWS_SECRET_ACCESS_KEY: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
      TF_CPP_MIN_LOG_LEVEL: '2',
    };
    workers.set(name, await startTied(process.execPath, [cliFile, ...args], { cwd: folder, env, log }));
  };
  for (const [service] of services) await startWorker(service);

  const keys = loadKeys({ file: keysFile });
  const connection = await openClientConnection(await accessOf(server));
  const client = new AmalurClient({ connection, keys });
  await until(
    'all workers ask for work',
    async () => ((await unpolled(client.temporal, neededQueues(silos))).length === 0 ? true : undefined),
    90,
  );
  await Promise.all(silos.map((silo) => client.registerSilo(silo)));
  return {
    client,
    config: together(configs),
    server,
    workers,
    standby: (service) => startWorker(service, `${service}-standby`),
    said: async () =>
      (await Promise.all([server.said(), ...logs.map((log) => readFile(log, 'utf8'))])).join('\n'),
    secrets: [keysFile, ...['server', ...CLIENTS].map((name) => certificates.of(name).key)],
    async stop() {
      await Promise.all([...workers.values()].map((worker) => worker.stop()));
      // The connection stays open: a call that waits to be tried again would find it closed, and throw where nobody can catch it.
      await server.stop();
      await Promise.all([postgres.stop(), objects.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function accessOf(server: ProductionServer) {
  const env = server.access('tools');
  const read = (name: string) => readFile(env[name] ?? '');
  return {
    address: env['TEMPORAL_ADDRESS'] ?? '',
    tls: {
      serverNameOverride: env['TEMPORAL_TLS_SERVER_NAME'] ?? '',
      serverRootCACertificate: await read('TEMPORAL_TLS_SERVER_CA_CERT_PATH'),
      clientCertPair: {
        crt: await read('TEMPORAL_TLS_CLIENT_CERT_PATH'),
        key: await read('TEMPORAL_TLS_CLIENT_KEY_PATH'),
      },
    },
  };
}

/** Writes deploy/config with the addresses and folders of this machine: each service has a state of its own, as it has a volume. */
async function writeConfigs(
  folder: string,
  postgres: PostgresServer,
  objects: S3Server,
): Promise<AmalurConfig[]> {
  const [catalog, bucket] = await Promise.all([postgres.freshDatabase(), objects.freshBucket()]);
  const names = ['control', 'aggregator', ...silos];
  return Promise.all(
    names.map(async (name) => {
      const written = await readFile(path.join(root, 'deploy/config', `${name}.yaml`), 'utf8');
      const state = path.join(folder, 'state', name);
      await mkdir(state, { recursive: true });
      const file = path.join(folder, `${name}.yaml`);
      const here = written
        .replace('postgresql://amalur:${CATALOG_PASSWORD}@postgres:5432/amalur', catalog)
        .replaceAll('s3://amalur/', `s3://${bucket}/`)
        .replaceAll('http://blobs:9000', objects.options.endpoint ?? '')
        .replaceAll('/var/lib/amalur', state)
        .replaceAll(' /data/', ` ${path.join(root, 'examples/orders/data')}/`);
      await writeFile(file, here);
      return loadConfig(file);
    }),
  );
}

function together(configs: readonly AmalurConfig[]): AmalurConfig {
  const [, aggregator] = configs;
  if (!aggregator) throw new Error('there is no configuration of the aggregator');
  return { ...aggregator, silos: configs.flatMap((config) => config.silos) };
}
