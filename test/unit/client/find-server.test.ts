import { mkdtemp, rm } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findServer } from '../../../client/connect.js';
import { removeLocalAddress, writeLocalAddress } from '../../../client/up-file.js';

let stateFolder = '';
beforeEach(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'amalur-find-'));
  for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE']) vi.stubEnv(name, '');
  // Keeps a profile file that the machine may have out of it.
  vi.stubEnv('XDG_CONFIG_HOME', stateFolder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(stateFolder, { recursive: true, force: true });
});

const at = { address: '127.0.0.1:9', namespace: 'default', ui: '', startedAt: '', serverPid: 0 };

test('a folder whose installation was killed is not answered by the server of another', async () => {
  await writeLocalAddress(stateFolder, { ...at, pid: 0 });
  await expect(findServer({ stateFolder })).rejects.toMatchObject({
    code: 'AMALUR_SERVER_UNREACHABLE',
    message: expect.stringContaining('127.0.0.1:9') as string,
  });
});

test('who names a server gets that one, whatever was killed', async () => {
  await writeLocalAddress(stateFolder, { ...at, pid: 0 });
  vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:10');
  vi.stubEnv('TEMPORAL_CONFIG_FILE', devNull);
  expect((await findServer({ stateFolder })).address).toBe('127.0.0.1:10');
});

test('a folder whose installation was stopped looks where servers usually are', async () => {
  await writeLocalAddress(stateFolder, { ...at, pid: 0 });
  await removeLocalAddress(stateFolder);
  expect((await findServer({ stateFolder })).address).toBe('localhost:7233');
});
