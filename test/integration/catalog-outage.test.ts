import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCatalogActivities } from '../../activities/catalog/activities.js';
import { openCatalog, type Catalog } from '../../catalog/index.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';

/** The way from the catalog to its server, which can be cut. */
class Line {
  readonly #open = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(private readonly to: { readonly host: string; readonly port: number }) {}

  /** @returns the port at which the server is reached */
  async join(): Promise<number> {
    this.#server = createServer((from) => {
      const there = connect(this.to);
      for (const socket of [from, there]) {
        this.#open.add(socket);
        socket.on('error', () => undefined).on('close', () => [from, there].forEach((one) => one.destroy()));
      }
      from.pipe(there).pipe(from);
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return (this.#port = address.port);
  }

  async cut(): Promise<void> {
    const closed = this.#server && once(this.#server, 'close');
    this.#server?.close();
    for (const socket of this.#open) socket.destroy();
    this.#open.clear();
    await closed;
  }
}

let postgres: PostgresServer;
let line: Line;
let catalog: Catalog;

beforeAll(async () => {
  postgres = await startPostgres();
  const url = new URL(await postgres.freshDatabase());
  line = new Line({ host: url.hostname, port: Number(url.port) });
  url.port = String(await line.join());
  catalog = await openCatalog(url.href);
});
afterAll(async () => {
  await catalog.close();
  await line.cut();
  await postgres.stop();
});

test('an activity that finds the catalog gone for a moment is repeated, and then succeeds', async () => {
  const activities = createCatalogActivities(catalog);
  const started = { run: 'train-returns', execution: 'e1', kind: 'training' } as const;
  await line.cut();
  for (const call of [() => activities.startRun(started), () => activities.answer({ about: 'models' })]) {
    const failure = (await call().catch((error: unknown) => error)) as ApplicationFailure;
    expect(failure.nonRetryable).not.toBe(true);
    expect(failure.type).toBe('P1001');
  }
  await line.join();
  await activities.startRun(started);
  expect(await catalog.runs.list(10)).toHaveLength(1);
});
