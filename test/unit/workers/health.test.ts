import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import getPort from 'get-port';
import { expect, test } from 'vitest';
import { parseListenAddress } from '../../../core/config/index.js';
import { createFolderStore } from '../../../core/exchange/index.js';
import { ComputeChild } from '../../../workers/compute.js';
import { startHealthServer, type Checks } from '../../../workers/telemetry/health-server.js';
import { computeAnswers, storeAnswers } from '../../../workers/telemetry/readiness.js';

async function asked(checks: Checks, page: string, method = 'GET') {
  const port = await getPort({ host: '127.0.0.1' });
  const server = await startHealthServer({ host: '127.0.0.1', port }, checks);
  try {
    const response = await fetch(`http://127.0.0.1:${port}${page}`, { method });
    return { status: response.status, body: await response.text() };
  } finally {
    server.close();
  }
}

const fine = async (): Promise<void> => undefined;

test('a worker is ready when every check holds, and says by code which does not, never what a message quotes', async () => {
  expect(await asked({ server: fine, store: fine }, '/readyz')).toEqual({
    status: 200,
    body: '{"ready":true,"checks":{"server":"ok","store":"ok"}}\n',
  });
  const full = async () => {
    throw Object.assign(new Error('canary'), { code: 'ENOSPC' });
  };
  expect(await asked({ server: fine, store: full }, '/readyz')).toEqual({
    status: 503,
    body: '{"ready":false,"checks":{"server":"ok","store":"ENOSPC"}}\n',
  });
  // It lives all the same: to start it again would not help.
  expect((await asked({ store: full }, '/healthz')).status).toBe(200);
  expect((await asked({}, '/')).status).toBe(404);
  expect((await asked({}, '/readyz', 'POST')).status).toBe(405);
});

test('a port that is taken is refused by the name of its option', async () => {
  const port = await getPort({ host: '127.0.0.1' });
  const server = await startHealthServer({ host: '127.0.0.1', port }, {});
  await expect(startHealthServer({ host: '127.0.0.1', port }, {})).rejects.toMatchObject({
    code: 'AMALUR_DUPLICATE_NAME',
    field: '--health-port',
  });
  server.close();
});

test('a store that cannot be written is not ready', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'amalur-ready-'));
  try {
    await storeAnswers(createFolderStore(path.join(folder, 'store')))();
    await writeFile(path.join(folder, 'file'), '');
    await expect(storeAnswers(createFolderStore(path.join(folder, 'file')))()).rejects.toThrow();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a compute child that cannot be started is not ready', async () => {
  const child = new ComputeChild([], { executable: '/no/such/node' });
  await expect(computeAnswers(child)()).rejects.toThrow();
  child.stop();
});

test('an address is a port of this machine, or one with a host; nothing is none', () => {
  expect(parseListenAddress(9464, 'f')).toEqual({ host: '127.0.0.1', port: 9464 });
  expect(parseListenAddress('0.0.0.0:9464', 'f')).toEqual({ host: '0.0.0.0', port: 9464 });
  expect(parseListenAddress('[::1]:9464', 'f')).toEqual({ host: '[::1]', port: 9464 });
  for (const none of [undefined, '', 'off', '0', 0]) expect(parseListenAddress(none, 'f')).toBeUndefined();
  for (const wrong of ['http', '70000', '-1', ':80', 1.5])
    expect(() => parseListenAddress(wrong, 'metricsPort')).toThrow('metricsPort is neither');
});
