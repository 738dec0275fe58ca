import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunHandle } from '../../../client/index.js';
import { hangUnderWay, type Hanging } from '../../support/hang-under-way.js';
import { executionsOf, historyOf, repeatedOperations } from '../../support/histories.js';
import { installExample, type TestInstallation } from '../../support/installation.js';
import { predictions, RUNS, trainings, type SmallRun } from '../../support/monkey/runs.js';
import { until, workerPid, type Role } from '../../support/worker-processes.js';

let shop: TestInstallation;
let runs: SmallRun[];

beforeAll(async () => {
  shop = await installExample('orders');
  runs = [...trainings(shop), ...(await predictions(shop))];
}, 120_000);
afterAll(() => shop.remove());

test('every model is there, by every strategy, and inference', () => {
  expect(runs.map(({ name }) => name).sort()).toEqual([...RUNS].sort());
});

/** A run in its middle. One in one place is quick: it may be over before it is caught, and is then made again. */
async function caught(run: SmallRun): Promise<Hanging & { handle: RunHandle<unknown> }> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const handle = await run.start();
    const hanging = await hangUnderWay(shop, handle.id);
    if (hanging) return { handle, ...hanging };
    await handle.result();
  }
  throw new Error('it was over ten times before it could be stopped in its middle');
}

describe.each(RUNS)('%s', (name) => {
  test('gives the same to the bit when worker and child of every site are killed with -9 in its middle', async () => {
    const run = runs.find((one) => one.name === name)!;
    const expected = await run.hashOf(await (await run.start()).result());
    const { handle, children, operations } = await caught(run);
    const roles: Role[] = [
      { role: 'aggregator' },
      ...shop.config.silos.map(({ name: silo }) => ({ role: 'silo' as const, silo })),
    ];
    const workers = roles.map((role) => workerPid(shop, role)!);
    for (const pid of [...workers, ...children]) process.kill(pid, 'SIGKILL');
    expect(await run.hashOf(await handle.result())).toBe(expected);
    const executions = await executionsOf(shop, handle.id);
    const histories = await Promise.all(executions.map((one) => historyOf(shop, handle.id, one)));
    const repeated = histories.flatMap(repeatedOperations);
    // What hung has been struck: it was given to a worker once more.
    for (const operation of operations) expect(repeated).toContain(operation);
    await until('every worker to be back', () =>
      roles.every((role) => workerPid(shop, role) !== undefined) ? true : undefined,
    );
  }, 120_000);
});
