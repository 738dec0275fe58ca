import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RunCancelled, type RunHandle, type TrainingResult } from '../../client/index.js';
import { highestAttempt, historyOf } from '../support/histories.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf, referenceOf } from '../support/jobs.js';
import { readModel } from '../support/stored-model.js';
import { computePid, isAlive, until, workerPid } from '../support/worker-processes.js';

let shop: TestInstallation;
/** What a run that nothing disturbs brings forth. */
let undisturbed: { readonly result: TrainingResult; readonly bits: string };

/** A training of many rounds: nothing is ever precise enough for it. */
function start(): Promise<RunHandle<TrainingResult>> {
  const model = { type: 'logistic-regression', l2: 0.01, tolerance: 1e-300, maxRounds: 60 } as const;
  return shop.client.train(jobOf(shop, 'returns', { model, strategy: 'federate' }));
}

async function bitsOf(result: TrainingResult): Promise<string> {
  return (await readModel(shop, referenceOf(result))).bits;
}

async function expectUndisturbed(run: RunHandle<TrainingResult>): Promise<void> {
  const result = await run.result();
  expect(result.rounds).toBe(undisturbed.result.rounds);
  expect(await bitsOf(result)).toBe(undisturbed.bits);
  expect(result.bytesOut).toEqual(undisturbed.result.bytesOut);
}

/** A run of which a step hangs in the middle in the silo's compute child, which is stopped. */
async function hanging(silo: string): Promise<{ run: RunHandle<TrainingResult>; child: number }> {
  const run = await start();
  await until('round 3', async () => ((await run.progress()).round >= 3 ? true : undefined));
  const child = computePid(shop, silo)!;
  process.kill(child, 'SIGSTOP');
  let before = '';
  await until(`a step that hangs at ${silo}`, async () => {
    const { raw } = await shop.client.temporal.workflow.getHandle(run.id).describe();
    // 2 is PENDING_ACTIVITY_STATE_STARTED.
    const started = (raw.pendingActivities ?? []).filter(({ state }) => Number(state) === 2);
    const now = started.length === 1 ? (started[0]!.activityId ?? '') : '';
    await sleep(300);
    const hangs = now !== '' && now === before;
    before = now;
    return hangs ? true : undefined;
  });
  return { run, child };
}

/** Whether a process waits for something: one that computes does not. */
function idle(pid: number): boolean {
  return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('S');
}

beforeAll(async () => {
  shop = await installExample('orders');
  const result = await (await start()).result();
  undisturbed = { result, bits: await bitsOf(result) };
}, 120_000);
afterAll(() => shop.remove());

test('a training whose silo is asked to stop in the middle of a long step ends like an undisturbed one', async () => {
  const { run, child } = await hanging('crm');
  const worker = workerPid(shop, { role: 'silo', silo: 'crm' })!;
  process.kill(worker, 'SIGTERM');
  await until('the worker to end', () => (isAlive(worker) ? undefined : true), 40);
  // Signals reach a stopped process only when it goes on.
  if (isAlive(child)) process.kill(child, 'SIGCONT');
  await expectUndisturbed(run);
  expect(highestAttempt(await historyOf(shop, run.id))).toBe(2);
  expect(isAlive(child)).toBe(false);
}, 90_000);

test('a training that is cancelled in the middle of a step ends as cancelled and leaves nothing computing', async () => {
  const { run, child } = await hanging('crm');
  await run.cancel();
  await expect(run.result()).rejects.toBeInstanceOf(RunCancelled);
  expect((await shop.client.temporal.workflow.getHandle(run.id).describe()).status.name).toBe('CANCELLED');
  const { runs } = await shop.client.ask({ about: 'runs', limit: 10 });
  expect(runs!.find((one) => one.run === run.id)).toMatchObject({ status: 'cancelled' });

  await until('the end of the child that hangs', () => (isAlive(child) ? undefined : true));
  const others = shop.config.silos.flatMap(({ name }) => computePid(shop, name) ?? []);
  expect(others).toHaveLength(shop.config.silos.length - 1);
  await until('the other children to be idle', () => (others.every(idle) ? true : undefined));
  await expectUndisturbed(await start());
});
