import { randomBytes } from 'node:crypto';
import { request as httpRequest, type Server } from 'node:http';
import { defaultPayloadConverter } from '@temporalio/common';
import getPort from 'get-port';
import { afterEach, expect, test } from 'vitest';
import { startCodecServer } from '../../../workers/codec/codec-server.js';
import { createPayloadCodec } from '../../../workers/codec/payload-codec.js';

const codec = createPayloadCodec([{ id: 'k', key: randomBytes(32) }]);
const ui = 'http://localhost:8233';
let server: Server;
let base: string;

async function start(token?: string): Promise<void> {
  const port = await getPort({ host: '127.0.0.1' });
  base = `http://127.0.0.1:${String(port)}`;
  const address = { host: '127.0.0.1', port };
  server = await startCodecServer({ codec, address, origins: [ui], ...(token !== undefined && { token }) });
}
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${base}${path}`, { method: 'POST', body, headers });

/** A payload as JSON of the protocol has it. */
function json(value: unknown): string {
  const { metadata, data } = defaultPayloadConverter.toPayload(value);
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return JSON.stringify({
    payloads: [{ metadata: { encoding: base64(metadata!['encoding']!) }, data: base64(data!) }],
  });
}

test('what is encoded is sealed, and decodes to the same', async () => {
  await start();
  const sealed = await (await post('/encode', json('canary'))).text();
  expect(Buffer.from(JSON.parse(sealed).payloads[0].data, 'base64').toString('latin1')).not.toContain(
    'canary',
  );
  expect(await (await post('/decode', sealed)).text()).toBe(json('canary'));
  expect(await (await post('/decode', '{}')).json()).toEqual({ payloads: [] });
});

test("pages of the UI's origin may ask, others may not", async () => {
  await start();
  const preflight = await fetch(`${base}/decode`, { method: 'OPTIONS', headers: { origin: ui } });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe(ui);
  expect(preflight.headers.get('access-control-allow-headers')).toContain('x-namespace');
  expect((await post('/decode', '{}', { origin: ui })).status).toBe(200);
  const other = await post('/decode', '{}', { origin: 'http://evil.example' });
  expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([403, null]);
});

test('who has not the token learns nothing', async () => {
  await start('secret');
  expect((await post('/decode', '{}')).status).toBe(401);
  expect((await post('/decode', '{}', { authorization: 'Bearer secre' })).status).toBe(401);
  expect((await post('/decode', '{}', { authorization: 'Bearer secret' })).status).toBe(200);
});

test('what is no request of the protocol is answered as such', async () => {
  await start();
  expect((await post('/decode', 'not JSON')).status).toBe(400);
  expect((await post('/decode', '{"payloads": [1]}')).status).toBe(400);
  expect((await post('/else', '{}')).status).toBe(404);
  expect((await fetch(`${base}/decode`)).status).toBe(405);
  const foreign = createPayloadCodec([{ id: 'other', key: randomBytes(32) }]);
  const [payload] = await foreign.encode([{ metadata: {}, data: Buffer.from('x') }]);
  const metadata = {
    encoding: 'YmluYXJ5L2VuY3J5cHRlZA==',
    'amalur-key': Buffer.from('other').toString('base64'),
  };
  const data = Buffer.from(payload!.data!).toString('base64');
  const refused = await post('/decode', JSON.stringify({ payloads: [{ metadata, data }] }));
  expect(refused.status).toBe(400);
  expect(await refused.text()).toContain('sealed by key other');
});

test('a path that is no URL is answered as any other that is not there', async () => {
  await start();
  const asked = (target: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const { hostname, port } = new URL(base);
      const request = httpRequest({ hostname, port, path: target, method: 'POST' }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      });
      request.on('error', reject).end('{}');
    });
  for (const target of ['//', '/%zz', '//x/%', `/${'x'.repeat(9000)}`]) expect(await asked(target)).toBe(404);
  // A proxy may leave a prefix in front.
  expect(await asked('//prefix/decode')).toBe(200);
  expect((await post('/decode', '{}')).status).toBe(200);
});
