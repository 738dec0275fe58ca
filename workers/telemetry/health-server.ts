import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { bareHost, type ListenAddress } from '../../core/config/address.js';
import { portTaken } from './port-taken.js';

/** What must hold for a worker to be ready, by name: resolves, or says by rejecting that it does not. */
export type Checks = Readonly<Record<string, () => Promise<void>>>;

/** A check that takes longer has failed. */
const PATIENCE_MS = 5000;

/**
 * Answers GET /healthz (200 while the process answers at all) and GET /readyz (200 where every check holds, else 503), with the
 * outcome of each check as JSON. An outcome is `ok` or a code: the port asks for no password.
 * @throws AMALUR_DUPLICATE_NAME when the port is taken
 */
export async function startHealthServer(address: ListenAddress, checks: Checks): Promise<Server> {
  const { port } = address;
  const server = createServer((request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(`${JSON.stringify(body)}\n`);
    };
    const [pathname] = (request.url ?? '/').split('?');
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, { error: 'GET only' });
    else if (pathname === '/healthz') answer(200, { healthy: true });
    else if (pathname === '/readyz')
      void outcomes(checks).then((found) => {
        const ready = Object.values(found).every((outcome) => outcome === 'ok');
        answer(ready ? 200 : 503, { ready, checks: found });
      });
    else answer(404, { error: 'there are /healthz and /readyz' });
  });
  server.listen(port, bareHost(address));
  try {
    await once(server, 'listening');
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? portTaken(port, 'health') : error;
  }
  // A worker that has ended is not kept alive by who asks for its health.
  server.unref();
  return server;
}

async function outcomes(checks: Checks): Promise<Record<string, string>> {
  const found = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await outcomeOf(check)] as const),
  );
  return Object.fromEntries(found);
}

function outcomeOf(check: () => Promise<void>): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('TIMEOUT'), PATIENCE_MS);
    Promise.resolve()
      .then(check)
      .then(
        () => 'ok',
        // A code only: messages of systems and drivers may quote what they were given.
        (error: unknown) => {
          const { code, name } = error as { readonly code?: unknown; readonly name?: string };
          return typeof code === 'string' ? code : (name ?? 'FAILED');
        },
      )
      .then(resolve)
      .finally(() => clearTimeout(timer))
      .catch(() => undefined);
  });
}
