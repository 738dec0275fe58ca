import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobInput } from '../../../core/job/schema.js';
import { allHistories, executionsOf, highestAttempt, historyOf } from '../../support/histories.js';
import { installExample, type TestInstallation } from '../../support/installation.js';
import { jobOf } from '../../support/jobs.js';
import { expectUndisturbed, hangIn, midway, outcomeOf, type Outcome } from '../../support/long-training.js';
import { expectToReplay } from '../../support/replay.js';
import { workerPid, type Role } from '../../support/worker-processes.js';

// Four hospitals have the same columns: every program runs where the aggregator is, and every round is two exchanges.

/** One installation is disturbed; on the other one workflows continue as new. */
let hospitals: TestInstallation;
let renewing: TestInstallation;

beforeAll(async () => {
  [hospitals, renewing] = await Promise.all([
    installExample('heart-disease'),
    installExample('heart-disease', undefined, {
      serverArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=1'],
    }),
  ]);
}, 120_000);
afterAll(() => Promise.all([hospitals.remove(), renewing.remove()]));

/** Trainings whose rounds go on after they have converged: nothing is ever precise enough for them. */
const LONG: Readonly<Record<string, Partial<JobInput>>> = {
  'a logistic regression': {
    model: { type: 'logistic-regression', l1: 0.002, tolerance: 1e-300, maxRounds: 200 },
  },
  'a K-means clustering': {
    ...{ task: 'clustering', target: { base: 'cleveland.patients', rowKey: ['patient'] } },
    model: { type: 'k-means', clusters: 3, restarts: 25, tolerance: 0, maxRounds: 4, seed: 7 },
  },
};

function longJob(name: string, strategy: 'factorize' | 'federate'): JobInput {
  return jobOf(hospitals, 'union', { ...LONG[name], strategy });
}

describe.each(Object.keys(LONG))('%s over columns that four tables share', (name) => {
  let undisturbed: Outcome;
  beforeAll(async () => {
    undisturbed = await outcomeOf(hospitals, await hospitals.client.train(longJob(name, 'federate')));
  }, 60_000);

  test('is the same to the bit when every worker is killed with -9 in its middle', async () => {
    const run = await midway(hospitals, longJob(name, 'federate'));
    const roles = [
      { role: 'control' as const },
      { role: 'aggregator' as const },
      ...hospitals.config.silos.map((silo) => ({ role: 'silo' as const, silo: silo.name })),
    ];
    for (const role of roles) process.kill(workerPid(hospitals, role)!, 'SIGKILL');
    await expectUndisturbed(hospitals, run, undisturbed);
    expect((await run.result()).rounds).toBeGreaterThan(8);
  });

  test('is the same to the bit when it continues as new', async () => {
    const run = await renewing.client.train(longJob(name, 'federate'));
    await expectUndisturbed(renewing, run, undisturbed);
    // After which half of a round it does is the server's choice; that states are whole after either is tested in one process.
    expect((await executionsOf(renewing, run.id)).length).toBeGreaterThan(1);
  });
});

describe('a training over shared columns gives the same model to the bit when in the middle of a step', () => {
  let undisturbed: Outcome;
  const job = () => longJob('a logistic regression', 'factorize');
  beforeAll(async () => {
    undisturbed = await outcomeOf(hospitals, await hospitals.client.train(job()));
    expect(undisturbed.result.site).toBe('aggregator');
  }, 60_000);

  test.each<[string, Role]>([
    ['a silo', { role: 'silo', silo: 'hungary' }],
    ['the aggregator', { role: 'aggregator' }],
  ])('the worker of %s is killed with -9', async (_whose, role) => {
    const run = await midway(hospitals, job());
    const child = await hangIn(hospitals, role.silo, run);
    process.kill(workerPid(hospitals, role)!, 'SIGKILL');
    // Its child wakes up an orphan: it may still commit the step, and ends when it notices.
    process.kill(child, 'SIGCONT');
    await expectUndisturbed(hospitals, run, undisturbed);
    expect(highestAttempt(await historyOf(hospitals, run.id))).toBeGreaterThanOrEqual(2);
  });
});

test('the histories of all these runs replay on the workflows as they are now', async () => {
  const recorded = [...(await allHistories(hospitals)), ...(await allHistories(renewing))];
  expect(recorded.filter(({ type }) => type === 'trainModel').length).toBeGreaterThanOrEqual(9);
  await expectToReplay(recorded, 'durability-of-models');
});
