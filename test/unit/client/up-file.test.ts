import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockInstallation } from '../../../client/local/lock.js';
import { findLocalAddress, writeLocalAddress } from '../../../client/up-file.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-up-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const local = { address: '127.0.0.1:9', namespace: 'default', ui: '', startedAt: '' };

test('an installation is found while its process lives, and not after', async () => {
  await writeLocalAddress(folder, { ...local, pid: process.pid, serverPid: process.pid });
  expect((await findLocalAddress(folder))?.address).toBe('127.0.0.1:9');
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  await writeLocalAddress(folder, { ...local, pid: child.pid ?? 0, serverPid: 0 });
  expect(await findLocalAddress(folder)).toBeUndefined();
});

test('a folder takes one installation at a time', async () => {
  const unlock = await lockInstallation(folder);
  await expect(lockInstallation(folder)).rejects.toMatchObject({ code: 'AMALUR_DUPLICATE_NAME' });
  unlock();
  (await lockInstallation(folder))();
});

test('a lock whose holder was killed is free, but waits for the server that it left behind', async () => {
  const server = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1500)']);
  await writeLocalAddress(folder, { ...local, pid: 0, serverPid: server.pid ?? 0 });
  const unlock = await lockInstallation(folder);
  expect(server.exitCode).toBe(0);
  unlock();
});
