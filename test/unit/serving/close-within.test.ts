import { once } from 'node:events';
import { connect } from 'node:net';
import { fastify } from 'fastify';
import { expect, test } from 'vitest';
import { closeWithin } from '../../../client/serving/close-within.js';

const BEGUN = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{';

test.each([
  ['nothing was asked', 'connection', ''],
  ['a request never ends', 'request', BEGUN],
])('a server ends though on a connection %s', async (_what, event, sent) => {
  const app = fastify();
  app.post('/', () => ({}));
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const heard = once(app.server, event);
  const socket = connect(Number(port), '127.0.0.1');
  const closed = once(socket, 'close');
  socket.resume().write(sent);
  await heard;
  const began = performance.now();
  await closeWithin(app, 100);
  await closed;
  expect(performance.now() - began).toBeGreaterThan(90);
});

test('a server ends at once where nobody is connected', async () => {
  const app = fastify();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const began = performance.now();
  await closeWithin(app, 60_000);
  expect(performance.now() - began).toBeLessThan(1000);
});
