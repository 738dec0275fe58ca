import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assembleExample, type AssembledInstallation } from '../../support/assembled.js';
import {
  expectUndisturbed,
  midway,
  outcomeOf,
  startLong,
  type Outcome,
} from '../../support/long-training.js';
import { workerPid } from '../../support/worker-processes.js';

const control = { role: 'control' } as const;

let shop: AssembledInstallation;
let undisturbed: Outcome;

beforeAll(async () => {
  shop = await assembleExample('orders', 'crm');
  undisturbed = await outcomeOf(shop, await startLong(shop));
}, 120_000);
afterAll(() => shop.remove());

test('a training whose control worker is gone for good goes on at a standby, to the same model and one record', async () => {
  const first = workerPid(shop, control)!;
  const run = await midway(shop);
  // Killed it would be started again; frozen it answers nobody, and what the server hands to its polls is lost.
  process.kill(first, 'SIGSTOP');
  const standby = shop.start(control);
  try {
    await expectUndisturbed(shop, run, undisturbed);
  } finally {
    process.kill(first, 'SIGCONT');
  }
  // Awake again it finds that all is done.
  await sleep(2_000);
  const { runs } = await shop.client.ask({ about: 'runs', limit: 10 });
  expect(runs!.filter((one) => one.run === run.id).map(({ status }) => status)).toEqual(['completed']);
  const { models } = await shop.client.ask({ about: 'models' });
  expect(models!.map(({ version }) => version).sort()).toEqual([1, 2]);
  await standby.stop();
}, 300_000);
