import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobInput } from '../../core/job/schema.js';
import { installExample, type TestInstallation } from '../support/installation.js';

let shop: TestInstallation;

beforeAll(async () => {
  shop = await installExample('orders');
});
afterAll(() => shop.remove());

describe('every strategy trains the same model', () => {
  test('smoke', async () => {
    const job = JSON.parse(await readFile(path.join(shop.folder, 'returns.json'), 'utf8')) as JobInput;
    const run = await shop.client.train({ ...job, strategy: 'federate' });
    const result = await run.result();
    expect(result.stopped).toBe('converged');
  });
});
