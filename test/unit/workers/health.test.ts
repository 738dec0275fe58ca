import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import getPort from 'get-port';
import { expect, test } from 'vitest';
import { parseListenAddress } from '../../../core/config/index.js';
import { createFolderStore } from '../../../core/exchange/index.js';
import { ComputeChild } from '../../../workers/compute.js';
import { requireFree } from '../../../workers/telemetry/port-taken.js';
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

/** What a server answers to bytes, whatever they are: the first line. */
function answerTo(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on('data', (data) => (heard += data.toString('latin1')));
    socket.on('error', reject).on('close', () => resolve(heard.split('\r\n')[0] ?? ''));
  });
}

test('nothing that somebody asks of the health port ends a worker', async () => {
  const thrown: unknown[] = [];
  const hear = (error: unknown) => thrown.push(error);
  process.on('uncaughtException', hear).on('unhandledRejection', hear);
  const port = await getPort({ host: '127.0.0.1' });
  const server = await startHealthServer({ host: '127.0.0.1', port }, { store: fine });
  const asking = async (method: string, target: string, body = '') => {
    const head = `${method} ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n`;
    const [, status] = (
      await answerTo(port, `${head}content-length: ${String(body.length)}\r\n\r\n${body}`)
    ).split(' ');
    return status;
  };
  try {
    for (const target of [
      '//',
      '///',
      '/%zz',
      '/%',
      '*',
      'http://',
      '/healthz%00',
      `/${'x'.repeat(10_000)}`,
      '/?//',
    ])
      expect([target, await asking('GET', target)]).toEqual([target, '404']);
    expect(await asking('GET', `/${'x'.repeat(100_000)}`)).toBe('431');
    expect(await asking('HEAD', '/readyz')).toBe('200');
    expect(await asking('HEAD', '//')).toBe('404');
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect(await asking(method, '//', 'x'.repeat(70_000))).toBe('405');
    expect(await answerTo(port, 'no HTTP at all\r\n\r\n')).toContain('400');
    expect(await answerTo(port, 'GET /heal')).toContain('400');
    expect(await asking('GET', '/healthz?//=%zz')).toBe('200');
  } finally {
    server.closeAllConnections();
    server.close();
    process.off('uncaughtException', hear).off('unhandledRejection', hear);
  }
  expect(thrown).toEqual([]);
});

test('a check that throws before it gives a promise is an outcome as any other, and ends no worker', async () => {
  const broken = (): Promise<void> => {
    throw Object.assign(new Error('canary'), { code: 'EIO' });
  };
  expect(await asked({ broken }, '/readyz')).toEqual({
    status: 503,
    body: '{"ready":false,"checks":{"broken":"EIO"}}\n',
  });
});

test('a child that has said nothing of its operation for longer than any may take is not ready, one at work is', async () => {
  const of = (silentMs: number, stuckMs?: number) => {
    const child = { busy: true, silentMs, call: () => expect.fail('one that computes is not asked') };
    return computeAnswers(child, stuckMs)();
  };
  await of(2 * 3_600_000);
  await expect(of(3 * 3_600_000)).rejects.toMatchObject({ code: 'STUCK' });
  await expect(of(20, 10)).rejects.toMatchObject({ code: 'STUCK' });
});

test('the port of the metrics is found taken also at an IPv6 address, whose brackets no socket takes', async () => {
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer();
    const listening = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(0, host, () => resolve(true));
    });
    // A machine may have no IPv6.
    if (!listening) continue;
    const { port } = server.address() as AddressInfo;
    const written = host === '::1' ? ['[::1]', '[::]'] : ['127.0.0.1', '0.0.0.0'];
    for (const one of written)
      await expect(requireFree({ host: one, port }, 'metrics')).rejects.toMatchObject({
        code: 'AMALUR_DUPLICATE_NAME',
        field: '--metrics-port',
      });
    await new Promise((done) => server.close(done));
    for (const one of written) await requireFree({ host: one, port }, 'metrics');
  }
});
