import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { highestAttempt, historyOf } from '../../support/histories.js';
import { installExample, type TestInstallation } from '../../support/installation.js';
import { predictions, trainings, type SmallRun } from '../../support/monkey/runs.js';
import { until, workerPid, type Role } from '../../support/worker-processes.js';

let shop: TestInstallation;
let runs: SmallRun[];

beforeAll(async () => {
  shop = await installExample('orders');
  runs = [...trainings(shop), ...(await predictions(shop))];
}, 120_000);
afterAll(() => shop.remove());

/** Names without an installation: the tests are named before it is there. */
const NAMES = [
  ...['logistic', 'softmax', 'k-means', 'mixture', 'nmf', 'pca', 'network'].flatMap((model) =>
    ['materialize', 'factorize', 'federate'].map((strategy) => `${model}, ${strategy}`),
  ),
  'inference, materialize',
  'inference, factorize',
];

test('every model is there, by every strategy', () => {
  expect(runs.map(({ name }) => name)).toEqual(NAMES);
});

describe.each(NAMES)('%s', (name) => {
  test('gives the same to the bit when every site of it is killed with -9 under way', async () => {
    const run = runs.find((one) => one.name === name)!;
    const expected = await run.hashOf(await (await run.start()).result());
    const handle = await run.start();
    await until('an operation of the data plane', async () => {
      const { raw } = await shop.client.temporal.workflow.getHandle(handle.id).describe();
      const queued = (raw.pendingActivities ?? []).map(({ activityType }) => activityType?.name ?? '');
      return queued.some((operation) => UNDER_WAY.test(operation)) ? true : undefined;
    });
    const roles: Role[] = [
      { role: 'aggregator' },
      ...shop.config.silos.map(({ name: silo }) => ({ role: 'silo' as const, silo })),
    ];
    for (const role of roles) process.kill(workerPid(shop, role)!, 'SIGKILL');
    expect(await run.hashOf(await handle.result())).toBe(expected);
    expect(highestAttempt(await historyOf(shop, handle.id))).toBeGreaterThanOrEqual(1);
    await until('every worker to be back', () =>
      roles.every((role) => workerPid(shop, role) !== undefined) ? true : undefined,
    );
  }, 120_000);
});

/** Operations of the middle of a run: of the arithmetic of training, or of the scores of an inference. */
const UNDER_WAY =
  /^(partyStep|aggregatorStep|trainHere|trainSegment|finishParties|finishHere|score|predict|match)$/;
