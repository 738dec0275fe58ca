import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobInput } from '../../../core/job/schema.js';
import { highestAttempt, historyOf } from '../../support/histories.js';
import { installExample, type TestInstallation } from '../../support/installation.js';
import { jobOf } from '../../support/jobs.js';
import {
  expectUndisturbed,
  hangIn,
  longReturns,
  midway,
  outcomeOf,
  type Outcome,
} from '../../support/long-training.js';
import { until, workerPid } from '../../support/worker-processes.js';

let shop: TestInstallation;
beforeAll(async () => {
  shop = await installExample('orders');
}, 120_000);
afterAll(() => shop.remove());

describe('a search over folds', () => {
  /** Long enough to be killed in its middle. */
  const searched = (): JobInput =>
    jobOf(shop, 'returns-search', {
      search: { method: 'random', over: { l2: { from: 1e-4, to: 1 } }, trials: 60, measure: 'auc' },
      strategy: 'materialize',
    });

  /** Runs a search of 60 trials whose worker is killed in its middle, and expects what it found undisturbed. */
  const expectSameWhenKilled = async (job: JobInput, undisturbed: Outcome, measure: string) => {
    const { site } = undisturbed.result;
    const silo = site === 'aggregator' ? undefined : site.slice('silo.'.length);
    const run = await shop.client.train(job);
    const seen = await until('trial 5', async () => {
      const { validation } = await run.progress();
      return validation !== undefined && validation.trial >= 5 ? validation : undefined;
    });
    expect(seen).toMatchObject({ trials: 60, folds: 5, measure, best: expect.any(Number) });
    const child = await hangIn(shop, silo, run);
    expect((await run.progress()).validation!.trial).toBeLessThan(60);
    const role = silo === undefined ? ({ role: 'aggregator' } as const) : ({ role: 'silo', silo } as const);
    process.kill(workerPid(shop, role)!, 'SIGKILL');
    process.kill(child, 'SIGCONT');
    await expectUndisturbed(shop, run, undisturbed);
    expect((await run.result()).validation).toEqual(undisturbed.result.validation);
    const history = await historyOf(shop, run.id);
    expect(highestAttempt(history)).toBeGreaterThanOrEqual(2);
    // An activity a trial, and six events for each.
    expect(history.events!.length).toBeLessThan(60 * 7 + 120);
  };

  test('finds the same, and trains the same model to the bit, when its worker is killed with -9 in its middle', async () => {
    await expectSameWhenKilled(searched(), await outcomeOf(shop, await shop.client.train(searched())), 'auc');
  }, 90_000);

  test('goes on along a path of l1 where it was when its worker is killed, to the bit', async () => {
    const { search } = jobOf(shop, 'delivery-path');
    const job = jobOf(shop, 'delivery-path', {
      search: { ...search!, over: { l1: { path: 60 } } },
      strategy: 'materialize',
    });
    const undisturbedPath = await outcomeOf(shop, await shop.client.train(job));
    await expectSameWhenKilled(job, undisturbedPath, 'rmse');
  }, 90_000);
});

test('a training with a warm start has the same bits when the worker of a silo is killed with -9 in its middle', async () => {
  const before = { type: 'logistic-regression', maxRounds: 3 } as const;
  await (
    await shop.client.train(jobOf(shop, 'returns', { name: 'warm', model: before, strategy: 'federate' }))
  ).result();
  const long = { ...longReturns(shop), name: 'long', warmStart: 'warm@1' };
  const undisturbed = await outcomeOf(shop, await shop.client.train(long));
  const run = await midway(shop, long);
  process.kill(workerPid(shop, { role: 'silo', silo: 'shop' })!, 'SIGKILL');
  await expectUndisturbed(shop, run, undisturbed);
}, 90_000);
