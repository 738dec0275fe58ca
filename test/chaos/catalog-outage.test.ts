import type { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCatalogActivities } from '../../activities/catalog/activities.js';
import { openCatalog, type Catalog } from '../../catalog/index.js';
import { Line } from '../support/line.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';

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
    expect(failure.type).toBe('AMALUR_SERVER_UNREACHABLE');
  }
  await line.join();
  await activities.startRun(started);
  expect(await catalog.runs.list(10)).toHaveLength(1);
});
