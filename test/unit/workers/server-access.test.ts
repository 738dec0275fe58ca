import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AmalurError } from '../../../core/errors.js';
import { serverAccess } from '../../../workers/server-access.js';

const SECRET = 'do-not-tell-5f0c';
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'amalur-profile-'));
  for (const name of Object.keys(process.env)) if (name.startsWith('TEMPORAL_')) vi.stubEnv(name, undefined);
  vi.stubEnv('TEMPORAL_CONFIG_FILE', path.join(folder, 'temporal.toml'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const write = (...lines: string[]) => writeFile(path.join(folder, 'temporal.toml'), lines.join('\n'));
const refusal = (): AmalurError => {
  try {
    serverAccess();
  } catch (error) {
    if (error instanceof AmalurError) return error;
    throw error;
  }
  throw new Error('the profile was read');
};

test('a profile that is not TOML is told by its line, and none of it is quoted', async () => {
  await write('[profile.default]', `api_key = "${SECRET}`, 'address = "a:1"');
  const { code, message, cause } = refusal();
  expect(code).toBe('AMALUR_SERVER_UNREACHABLE');
  expect(message).toMatch(/line 2, column \d+ is not TOML/);
  expect(`${message} ${String(cause)}`).not.toContain(SECRET);
});

test('a certificate without its key, or the reverse, is refused instead of left out', async () => {
  await writeFile(path.join(folder, 'own.pem'), 'x');
  const own = JSON.stringify(path.join(folder, 'own.pem'));
  await write('[profile.default.tls]', `client_cert_path = ${own}`);
  expect(refusal().message).toContain('certificate without its key');
  await write('[profile.default.tls]', `client_key_path = ${own}`);
  expect(refusal().message).toContain('key without its certificate');
});

test('a file that a profile names and that is not there is told', async () => {
  await write('[profile.default.tls]', `server_ca_cert_path = "${folder}/nowhere.pem"`);
  expect(refusal().message).toContain('nowhere.pem');
});

test('an empty variable does not take the place of what the profile says', async () => {
  await write('[profile.default]', 'address = "temporal.example:7233"', `api_key = "${SECRET}"`);
  for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_API_KEY', 'TEMPORAL_PROFILE']) vi.stubEnv(name, '');
  const { connection, namespace } = serverAccess();
  expect(namespace).toBe('default');
  expect(connection).toMatchObject({ address: 'temporal.example:7233', apiKey: SECRET, tls: true });
});
