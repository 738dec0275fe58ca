import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { devNull } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort, { portNumbers } from 'get-port';
import { cacheFolder, temporalBinary } from '../../workers/toolchain.js';
import { interpolate, readCompose, root } from './compose.js';
import { runProgram } from './command.js';
import type { Certificates } from './certificates.js';
import { startTied, type TiedProcess } from './tied-process.js';
import { isAlive } from './worker-processes.js';

/** The version that scripts/setup/pins.mjs has. */
const VERSION = '1.32.0';
const binaries =
  process.env['AMALUR_TEST_TEMPORAL_SERVER'] ?? path.join(cacheFolder(), 'temporal-server', VERSION);

/** Whether there is a production server to test with; where there is none that is said aloud. */
export function hasProductionServer(): boolean {
  if (['temporal-server', 'temporal-sql-tool'].every((file) => existsSync(path.join(binaries, file))))
    return true;
  process.stderr.write(
    'THE TEST OF THE PRODUCTION TOPOLOGY IS LEFT OUT: there is no production Temporal server. ' +
      'Run `npm run setup -- --with-production-server`, which builds one by Go.\n',
  );
  return false;
}

/** A Temporal server on PostgreSQL, as docker-compose.yml has it with deploy/docker-compose.tls.yml. */
export interface ProductionServer {
  readonly port: number;
  /** Environment of everybody who speaks with it, by the name of the certificate. */
  access(client: string): Record<string, string>;
  /** kill -9 */
  kill(): Promise<void>;
  /** Starts it again, on the same ports, and waits until it answers. */
  start(): Promise<void>;
  stop(): Promise<void>;
  said(): Promise<string>;
}

export interface ProductionServerOptions {
  readonly folder: string;
  /** URL of a database server, whose user may make databases. */
  readonly postgres: string;
  readonly certificates: Certificates;
}

export async function startProductionServer({
  folder,
  postgres,
  certificates,
}: ProductionServerOptions): Promise<ProductionServer> {
  const url = new URL(postgres);
  const [host, dbPort] = [url.hostname, url.port || '5432'];
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password) || 'none'];
  const suffix = randomBytes(4).toString('hex');
  const databases = { DBNAME: `temporal_${suffix}`, VISIBILITY_DBNAME: `temporal_visibility_${suffix}` };
  const log = path.join(folder, 'temporal-server.log');
  const port = await getPort();

  const deploy = (script: string, env: Record<string, string>) =>
    inShell(path.join(root, 'deploy/temporal', script), {
      ...env,
      PATH: [binaries, path.dirname(temporalBinary()), process.env['PATH']].join(path.delimiter),
    });
  const sql = { ...environmentOf('temporal-schema'), SQL_HOST: host, SQL_PORT: dbPort, SQL_USER: user };
  await deploy('schema.sh', { ...sql, SQL_PASSWORD: password, ...databases });

  const env = {
    ...environmentOf('temporal'),
    ...(await freePorts()),
    ...databases,
    POSTGRES_SEEDS: host,
    DB_PORT: dbPort,
    POSTGRES_USER: user,
    POSTGRES_PWD: password,
    DYNAMIC_CONFIG_FILE_PATH: path.join(root, 'deploy/temporal/dynamic-config.yaml'),
    FRONTEND_GRPC_PORT: String(port),
    BIND_ON_IP: '127.0.0.1',
    LOG_LEVEL: 'warn',
  };
  const access = (client: string) => ({
    ...inFolder(environmentOf('control', 'TEMPORAL_TLS_'), certificates, client),
    TEMPORAL_ADDRESS: `127.0.0.1:${String(port)}`,
    TEMPORAL_CONFIG_FILE: devNull,
    TEMPORAL_PROFILE: '',
  });
  let server: TiedProcess;
  const start = async () => {
    // Without a configuration file the server takes the one that it carries, and fills in these variables, as its image does.
    const args = ['--allow-no-auth', 'start'];
    server = await startTied(path.join(binaries, 'temporal-server'), args, {
      env: inFolder(env, certificates, 'server'),
      cwd: folder,
      log,
    });
    for (let attempt = 1; ; attempt += 1) {
      const { code, stderr } = await runProgram(temporalBinary(), ['operator', 'cluster', 'health'], {
        env: access('tools'),
      });
      if (code === 0) return;
      if (!isAlive(server.pid) || attempt === 100)
        throw new Error(`the Temporal server does not answer: ${stderr}\n${await server.said()}`);
      await sleep(200);
    }
  };
  await start();
  await deploy('namespace.sh', access('tools'));
  return {
    port,
    access,
    start,
    kill: () => server.kill(),
    stop: () => server.stop(),
    said: () => server.said(),
  };
}

/** What the compose files give a service. */
export function environmentOf(service: string, prefix = ''): Record<string, string> {
  const files = ['docker-compose.yml', 'deploy/docker-compose.tls.yml'].map(readCompose);
  const entries = files.flatMap(({ services }) => Object.entries(services[service]?.environment ?? {}));
  return Object.fromEntries(
    entries
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name, interpolate(value, {})]),
  );
}

/** Certificates where they are on this machine instead of in a container. */
function inFolder(
  env: Record<string, string>,
  certificates: Certificates,
  own: string,
): Record<string, string> {
  const { certificate, key } = certificates.of(own);
  const places: Readonly<Record<string, string>> = {
    '/tls/ca.pem': certificates.authority,
    '/tls/own.pem': certificate,
    '/tls/own.key': key,
    '/tls/server.pem': certificate,
    '/tls/server.key': key,
  };
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, places[value] ?? value]));
}

/** Ports of the server's parts beside that for clients. PostgreSQL's schema has a small integer for a member's, which ends at 32767. */
async function freePorts(): Promise<Record<string, string>> {
  const parts = ['MATCHING', 'HISTORY', 'WORKER'].flatMap((part) => [
    `${part}_GRPC_PORT`,
    `${part}_MEMBERSHIP_PORT`,
  ]);
  const free = () => getPort({ port: portNumbers(20_000 + Math.floor(Math.random() * 10_000), 32_767) });
  const names = [...parts, 'FRONTEND_MEMBERSHIP_PORT', 'FRONTEND_HTTP_PORT'];
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, String(await free())] as const)),
  );
}

async function inShell(script: string, env: Record<string, string>): Promise<void> {
  const { code, stdout, stderr } = await runProgram('sh', [script], { env });
  if (code !== 0)
    throw new Error(`${script} ended with ${String(code)}:\n${stdout.slice(-2000)}${stderr.slice(-2000)}`);
}
