import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { connectClient } from '../../client/connect.js';
import type { TrainingResult } from '../../client/index.js';
import { AmalurError } from '../../core/errors.js';
import type { JobInput } from '../../core/job/schema.js';
import { SEARCH_ATTRIBUTES } from '../../workflows/contracts/results.js';
import { connectWorker, type ServerAccess } from '../../workers/run-workers.js';
import { serverAccess } from '../../workers/server-access.js';
import { temporalBinary } from '../../workers/toolchain.js';
import { linesOf, makeCertificates, type Certificates } from '../support/certificates.js';
import { cliFile, runProgram } from '../support/command.js';
import { copyExample } from '../support/installation.js';
import { jobOf } from '../support/jobs.js';
import { startSecureEndpoint, type SecureEndpoint } from '../support/secure-endpoint.js';
import { startTied, type TiedProcess } from '../support/tied-process.js';

// The server of this test run, behind an entrance as a cloud's: it asks for a client certificate, and for a key in every call.
const namespace = `secure-${randomBytes(4).toString('hex')}`;
const apiKey = `key-${randomBytes(24).toString('hex')}`;
const wrongKey = `key-${randomBytes(24).toString('hex')}`;
const SERVER_NAME = 'temporal.example';
const ROLES = [['control'], ['aggregator'], ['silo', '--silo', 'shop'], ['silo', '--silo', 'crm']] as const;

let folder: string;
let certificates: Certificates;
let strangers: Certificates;
let endpoint: SecureEndpoint;
let open: SecureEndpoint;
const workers: TiedProcess[] = [];
/** What processes have said. */
const said: string[] = [];

interface Profile {
  readonly address: string;
  readonly apiKey?: string | undefined;
  readonly authority?: string;
  readonly client?: { readonly certificate: string; readonly key: string } | undefined;
  readonly serverName?: string;
  readonly tls?: false;
}

/** Writes a profile file as a person does, and returns the environment that names it. */
async function profile(name: string, given: Profile): Promise<Record<string, string>> {
  const quoted = (key: string, value: string | undefined) =>
    value === undefined ? [] : [`${key} = ${JSON.stringify(value)}`];
  const tls = [
    `[profile.${name}.tls]`,
    ...quoted('server_ca_cert_path', given.authority),
    ...quoted('client_cert_path', given.client?.certificate),
    ...quoted('client_key_path', given.client?.key),
    ...quoted('server_name', given.serverName),
  ];
  const lines = [
    `[profile.${name}]`,
    ...quoted('address', given.address),
    ...quoted('namespace', namespace),
    ...quoted('api_key', given.apiKey),
    ...(given.tls === false ? [] : tls),
  ];
  const file = path.join(folder, `${name}.toml`);
  await writeFile(file, lines.join('\n'), { mode: 0o600 });
  return {
    TEMPORAL_CONFIG_FILE: file,
    TEMPORAL_PROFILE: name,
    AMALUR_LOG_FORMAT: 'json',
  };
}

const at = ({ port }: SecureEndpoint) => `127.0.0.1:${String(port)}`;
/** The profile that is right. */
const right = (): Profile => ({
  address: at(endpoint),
  apiKey,
  authority: certificates.authority,
  client: certificates.of('control'),
  serverName: SERVER_NAME,
});

async function run(command: string, args: readonly string[], env: Record<string, string>) {
  const finished = await runProgram(command, args, { cwd: folder, env });
  said.push(finished.stdout, finished.stderr);
  return finished;
}

beforeAll(async () => {
  folder = await copyExample('orders');
  certificates = makeCertificates(path.join(folder, 'tls'), [SERVER_NAME], ['control']);
  strangers = makeCertificates(path.join(folder, 'others'), [SERVER_NAME], ['control']);
  const to = inject('temporalAddress');
  endpoint = await startSecureEndpoint({ to, certificates, apiKey });
  open = await startSecureEndpoint({ to, certificates, asksForCertificate: false });
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await Promise.all([endpoint.stop(), open.stop()]);
  await rm(folder, { recursive: true, force: true });
});

test('workers, command line and Temporal CLI work by one profile with client certificate and API key, and train', async () => {
  const env = await profile('right', right());
  const temporal = (...args: string[]) => run(temporalBinary(), args, env);
  expect(await temporal('operator', 'namespace', 'create', '--namespace', namespace)).toMatchObject({
    code: 0,
  });
  const attributes = Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
    '--name',
    name,
    '--type',
    type,
  ]);
  const prepare = ['operator', 'search-attribute', 'create', '--namespace', namespace, ...attributes];
  await expect.poll(async () => (await temporal(...prepare)).code, { timeout: 10_000 }).toBe(0);

  await mkdir(path.join(folder, 'logs'));
  for (const role of ROLES) {
    const log = path.join(folder, 'logs', `${role.join('')}.log`);
    const args = [cliFile, 'worker', ...role, '--config', folder];
    workers.push(await startTied(process.execPath, args, { cwd: folder, env, log }));
  }
  for (const silo of ['shop', 'crm']) {
    const registered = await run(process.execPath, [cliFile, 'register', silo], env);
    expect(registered, registered.stderr).toMatchObject({ code: 0 });
  }
  await writeFile(path.join(folder, 'job.json'), JSON.stringify(withoutWarehouse()));
  const trained = await run(process.execPath, [cliFile, 'train', 'job.json', '--json'], env);
  expect(trained, trained.stderr).toMatchObject({ code: 0 });
  const { strategy, stopped, bytesOut } = JSON.parse(trained.stdout) as TrainingResult;
  expect({ strategy, stopped }).toEqual({ strategy: 'federate', stopped: 'converged' });
  expect(bytesOut['crm']).toBeGreaterThan(0);
  expect(endpoint.calls.passed).toBeGreaterThan(50);
  expect(endpoint.calls.refused).toBe(0);
}, 180_000);

/** The example's job over two of its silos: a worker less. */
function withoutWarehouse(): JobInput {
  const job = jobOf({ folder }, 'returns', { strategy: 'federate' });
  const joins = job.integration?.joins?.filter(({ table }) => !table.startsWith('warehouse.')) ?? [];
  const exclude = job.features?.exclude?.filter((column) => !column.startsWith('warehouse.')) ?? [];
  return { ...job, integration: { ...job.integration, joins }, features: { ...job.features, exclude } };
}

/** What is wrong with a profile, and the variable that the suggestion names. */
const WRONG: Record<string, readonly [() => Profile, code: string, says: string, names: string]> = {
  'has no client certificate': [
    () => ({ ...right(), client: undefined }),
    'AMALUR_SERVER_REFUSED',
    'asks for a certificate, and the profile has none',
    'TEMPORAL_TLS_CLIENT_CERT_PATH',
  ],
  'has a certificate of another authority': [
    () => ({ ...right(), client: strangers.of('control') }),
    'AMALUR_SERVER_REFUSED',
    'does not accept the certificate of the profile',
    'TEMPORAL_TLS_CLIENT_CERT_PATH',
  ],
  'trusts another authority': [
    () => ({ ...right(), authority: strangers.authority }),
    'AMALUR_SERVER_REFUSED',
    'of an authority that is not trusted here',
    'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  ],
  'expects another name': [
    () => ({ ...right(), serverName: 'elsewhere.example' }),
    'AMALUR_SERVER_REFUSED',
    'has a certificate for another name than elsewhere.example',
    'TEMPORAL_TLS_SERVER_NAME',
  ],
  'has a wrong key': [
    () => ({ ...right(), apiKey: wrongKey }),
    'AMALUR_SERVER_REFUSED',
    'does not accept the API key',
    'TEMPORAL_API_KEY',
  ],
  'has no key': [
    () => ({ ...right(), apiKey: undefined }),
    'AMALUR_SERVER_REFUSED',
    'asks for an API key, and the profile has none',
    'TEMPORAL_API_KEY',
  ],
  'does not speak TLS': [
    () => ({ address: at(open), tls: false }),
    'AMALUR_SERVER_REFUSED',
    'speaks TLS, and the profile does not',
    'TEMPORAL_TLS=true',
  ],
  'speaks TLS to a server that does not': [
    () => ({ ...right(), address: inject('temporalAddress') }),
    'AMALUR_SERVER_REFUSED',
    'does not speak TLS',
    'TEMPORAL_TLS=false',
  ],
  'names a server that is not there': [
    () => ({ ...right(), address: '127.0.0.1:9' }),
    'AMALUR_SERVER_UNREACHABLE',
    'no Temporal server answers at 127.0.0.1:9',
    'TEMPORAL_ADDRESS',
  ],
};

/** Code, message and suggestion of what was thrown. */
async function refusalOf(attempt: Promise<{ close(): Promise<void> }>): Promise<AmalurError> {
  try {
    await (await attempt).close();
  } catch (error) {
    if (error instanceof AmalurError) return error;
    throw error;
  }
  throw new Error('a connection came about');
}

test('worker and client are told soon, by code and remedy, what is wrong with a profile', async () => {
  const accesses: [string, ServerAccess['connection']][] = [];
  for (const [what, [given]] of Object.entries(WRONG)) {
    for (const [name, value] of Object.entries(await profile(what.replaceAll(' ', '-'), given())))
      vi.stubEnv(name, value);
    accesses.push([what, serverAccess().connection]);
  }
  vi.unstubAllEnvs();
  const startedAt = performance.now();
  const told = await Promise.all(
    accesses.flatMap(([what, connection]) =>
      [connectClient(connection), connectWorker({ connection, namespace })].map(async (attempt) => {
        const { code, message, suggestion = '' } = await refusalOf(attempt);
        const [, ...expected] = WRONG[what] ?? [];
        return { what, expected, code, message, suggestion };
      }),
    ),
  );
  expect(performance.now() - startedAt).toBeLessThan(20_000);
  expect(told).toHaveLength(2 * Object.keys(WRONG).length);
  for (const { what, expected, code, message, suggestion } of told) {
    const [wantedCode, says = '', names = ''] = expected;
    expect({ code, message, suggestion }, what).toEqual({
      code: wantedCode,
      message: expect.stringContaining(says) as string,
      suggestion: expect.stringContaining(names) as string,
    });
    said.push(message, suggestion);
  }
});

test.each(['has no client certificate', 'has a wrong key'])(
  'command line and worker end with it where the profile %s',
  async (what) => {
    const [given, code, says] = WRONG[what]!;
    const env = await profile(what.replaceAll(' ', '-'), given());
    const [client, worker] = await Promise.all([
      run(process.execPath, [cliFile, 'tables', '--json'], env),
      run(process.execPath, [cliFile, 'worker', 'silo', '--silo', 'shop', '--config', folder], env),
    ]);
    for (const { code: exit, stderr } of [client, worker]) {
      expect({ exit, stderr }).toEqual({ exit: 1, stderr: expect.stringContaining(code) as string });
      expect(stderr).toContain(says);
    }
  },
);

test('no key and no certificate is in anything that a process has said or kept', async () => {
  const secrets = [
    apiKey,
    wrongKey,
    ...linesOf([certificates, strangers].flatMap((of) => Object.values(of.of('control')))),
  ];
  expect(secrets.length).toBeGreaterThan(10);
  const files = [path.join(folder, 'logs'), path.join(folder, '.amalur')];
  for (const place of files) {
    for (const entry of await readdir(place, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) said.push(await readFile(path.join(entry.parentPath, entry.name), 'latin1'));
    }
  }
  const everything = said.join('\n');
  expect(everything).toContain('AMALUR_SERVER_REFUSED');
  expect(secrets.filter((secret) => everything.includes(secret))).toEqual([]);
});
