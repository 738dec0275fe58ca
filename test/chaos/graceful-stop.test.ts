import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RunCancelled } from '../../client/index.js';
import type { JobInput } from '../../core/job/schema.js';
import type { LeftOut } from '../../core/evaluation/left-out.js';
import { attemptsOf, historyOf, repeatedActivities } from '../support/histories.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf } from '../support/jobs.js';
import {
  expectUndisturbed,
  hangIn,
  longReturns,
  midway,
  outcomeOf,
  startLong,
  stepRecords,
  type Outcome,
} from '../support/long-training.js';
import { computePid, isAlive, until, workerPid } from '../support/worker-processes.js';

let shop: TestInstallation;
let undisturbed: Outcome;
/** Records of steps that an undisturbed training leaves. */
let recordsOfOne = 0;

/** Whether a process waits for something: one that computes does not. */
function idle(pid: number): boolean {
  return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('S');
}

beforeAll(async () => {
  shop = await installExample('orders');
  undisturbed = await outcomeOf(shop, await startLong(shop));
  recordsOfOne = (await stepRecords(shop)).size;
}, 120_000);
afterAll(() => shop.remove());

test('a silo that is asked to stop ends what it is at before it does: none of its steps is begun again', async () => {
  const run = await midway(shop);
  const child = await hangIn(shop, 'crm', run);
  const { raw } = await shop.client.temporal.workflow.getHandle(run.id).describe();
  const pending = (raw.pendingActivities ?? []).map(({ activityId }) => activityId ?? '');
  expect(pending.length).toBeGreaterThanOrEqual(shop.config.silos.length);
  const said = shop.said.length;
  process.kill(workerPid(shop, { role: 'silo', silo: 'crm' })!, 'SIGTERM');
  await sleep(500);
  process.kill(child, 'SIGCONT');
  await until('its exit code', () => shop.said[said], 40);
  expect(shop.said[said]).toContain('the worker silo crm ended (code 0)');
  await expectUndisturbed(shop, run, undisturbed);
  const attempts = attemptsOf(await historyOf(shop, run.id));
  expect(pending.map((id) => attempts.get(id))).toEqual(pending.map(() => 1));
});

test('a training whose silo is asked to stop in the middle of a long step ends like an undisturbed one', async () => {
  const run = await midway(shop);
  const child = await hangIn(shop, 'crm', run);
  const worker = workerPid(shop, { role: 'silo', silo: 'crm' })!;
  const said = shop.said.length;
  process.kill(worker, 'SIGTERM');
  await until('the worker to end', () => (isAlive(worker) ? undefined : true), 40);
  await until('its exit code', () => shop.said[said]);
  expect(shop.said.slice(said)).toEqual([expect.stringContaining('the worker silo crm ended (code 0)')]);
  // Signals reach a stopped process only when it goes on.
  if (isAlive(child)) process.kill(child, 'SIGCONT');
  await expectUndisturbed(shop, run, undisturbed);
  expect(repeatedActivities(await historyOf(shop, run.id))).toBeGreaterThanOrEqual(1);
  expect(isAlive(child)).toBe(false);
}, 90_000);

test('a training that is cancelled in the middle of a step ends as cancelled and leaves nothing computing', async () => {
  const before = await stepRecords(shop);
  const run = await midway(shop);
  const child = await hangIn(shop, 'crm', run);
  const kept = await stepRecords(shop);
  const asked = performance.now();
  await run.cancel();
  await expect(run.result()).rejects.toBeInstanceOf(RunCancelled);
  expect((performance.now() - asked) / 1000, 'seconds until it was cancelled').toBeLessThan(5);
  // What it had committed stays, for a run that begins where it was.
  const after = await stepRecords(shop);
  for (const [file, content] of kept) expect(after.get(file), file).toBe(content);
  expect((await shop.client.temporal.workflow.getHandle(run.id).describe()).status.name).toBe('CANCELLED');
  const { runs } = await shop.client.ask({ about: 'runs', limit: 10 });
  expect(runs!.find((one) => one.run === run.id)).toMatchObject({ status: 'cancelled' });

  await until('the end of the child that hangs', () => (isAlive(child) ? undefined : true));
  const others = shop.config.silos.flatMap(({ name }) => computePid(shop, name) ?? []);
  expect(others).toHaveLength(shop.config.silos.length - 1);
  await until('the other children to be idle', () => (others.every(idle) ? true : undefined));
  const resumed = await shop.client.resume(run.id);
  const { result, bits } = await outcomeOf(shop, resumed);
  expect(bits).toBe(undisturbed.bits);
  expect(result.rounds).toBe(undisturbed.result.rounds);
  // Together they have made the steps of one run: what was made before is answered.
  expect((await stepRecords(shop)).size - before.size).toBe(recordsOfOne);
  const { run: record } = await shop.client.ask({ about: 'run', run: resumed.id });
  expect(record!.resumedFrom).toBe(runs!.find((one) => one.run === run.id)!.execution);
});

test('a run that is terminated is terminated in the catalog too, and another goes on from it; not with another job', async () => {
  const run = await midway(shop);
  await shop.client.temporal.workflow.getHandle(run.id).terminate('for a test');
  const { runs } = await shop.client.ask({ about: 'runs', limit: 10 });
  expect(runs!.find((one) => one.run === run.id)).toMatchObject({ status: 'terminated' });
  const other = { ...longReturns(shop), split: { test: 0.2, seed: 8 }, resumeFrom: run.id };
  await expect((await shop.client.train(other)).result()).rejects.toMatchObject({
    code: 'AMALUR_NOT_RESUMABLE',
    field: 'split.seed',
  });
  const { bits } = await outcomeOf(
    shop,
    await shop.client.train({ ...longReturns(shop), resumeFrom: run.id }),
  );
  expect(bits).toBe(undisturbed.bits);
  const { model } = longReturns(shop);
  const short = { ...longReturns(shop), model: { ...model, maxRounds: 5 } } as JobInput;
  const done = await shop.client.train(short, { id: 'short' });
  await done.result();
  await expect((await shop.client.resume(done.id)).result()).rejects.toMatchObject({
    code: 'AMALUR_NOT_RESUMABLE',
    field: 'model.maxRounds',
  });
});

describe('a run that trains again without each silo', () => {
  /** The run when it trains without the silo, and that training. */
  async function leavingOut(silo: string) {
    const model = { type: 'logistic-regression', l1: 0.002, tolerance: 1e-300, maxRounds: 100 } as const;
    const evaluation = { leaveOut: true, importance: 'none' } as const;
    const run = await shop.client.train(jobOf(shop, 'returns', { model, strategy: 'federate', evaluation }));
    const without = shop.client.temporal.workflow.getHandle(`${run.id}/without-${silo}`);
    const begun = () =>
      without.describe().then(
        () => true as const,
        () => undefined,
      );
    await until(`the training without ${silo}`, begun);
    return { run, without };
  }

  async function leftOutOf(run: string): Promise<LeftOut | undefined> {
    return (await shop.client.ask({ about: 'run', run })).run?.facts?.evaluation?.leftOut;
  }

  test('keeps its model where one of these trainings fails, and says of which silo it knows nothing', async () => {
    const { run, without } = await leavingOut('crm');
    await without.terminate('for a test');
    const { model } = await run.result();
    const { models } = await shop.client.ask({ about: 'models' });
    expect(models!.map(({ name, version }) => [name, version])).toContainEqual([model.name, model.version]);
    const leftOut = await leftOutOf(run.id);
    expect(leftOut?.failed).toMatchObject([{ silo: 'crm', error: { code: 'AMALUR_INTERNAL' } }]);
    expect(leftOut?.silos.map(({ silo }) => silo)).toEqual(['warehouse']);
  });

  test('is cancelled with the one that is going on', async () => {
    const { run, without } = await leavingOut('crm');
    await run.cancel();
    await expect(run.result()).rejects.toBeInstanceOf(RunCancelled);
    expect((await without.describe()).status.name).toBe('CANCELLED');
    const record = (await shop.client.ask({ about: 'run', run: run.id })).run;
    expect(record).toMatchObject({ status: 'cancelled', facts: null });
  });
});
