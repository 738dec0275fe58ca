import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunHandle, TrainingResult } from '../../client/index.js';
import { allHistories, executionsOf, highestAttempt, historyOf, textOf } from '../support/histories.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf, referenceOf } from '../support/jobs.js';
import { readModel } from '../support/stored-model.js';
import { computePid, isAlive, until, workerPid } from '../support/worker-processes.js';

/** Three installations would be too many for a small machine: one that is disturbed, one whose workflows continue as new. */
let shop: TestInstallation;
let renewing: TestInstallation;
/** What a run that nothing disturbs brings forth. */
let undisturbed: { readonly result: TrainingResult; readonly bits: string };

/** A training of many rounds, which go on after the model has converged: nothing is ever precise enough for it. */
async function start(installation: TestInstallation): Promise<RunHandle<TrainingResult>> {
  const model = { type: 'logistic-regression', l2: 0.01, tolerance: 1e-300, maxRounds: 60 } as const;
  return installation.client.train(jobOf(installation, 'returns', { model, strategy: 'federate' }));
}

async function bitsOf(installation: TestInstallation, result: TrainingResult): Promise<string> {
  return (await readModel(installation, referenceOf(result))).bits;
}

beforeAll(async () => {
  [shop, renewing] = await Promise.all([
    installExample('orders'),
    installExample('orders', undefined, {
      serverArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=100'],
    }),
  ]);
  const result = await (await start(shop)).result();
  undisturbed = { result, bits: await bitsOf(shop, result) };
}, 120_000);
afterAll(() => Promise.all([shop.remove(), renewing.remove()]));

test('the run to be disturbed is long enough to be disturbed in its middle, and the same every time', async () => {
  expect(undisturbed.result.rounds).toBeGreaterThan(20);
  const again = await (await start(shop)).result();
  expect(again.execution).not.toBe(undisturbed.result.execution);
  expect(await bitsOf(shop, again)).toBe(undisturbed.bits);
});

describe('a training gives the same model to the bit, and as many rounds, when in its middle', () => {
  /** The run when it is past its third round, and not near its end. */
  async function midway(): Promise<RunHandle<TrainingResult>> {
    const run = await start(shop);
    await until('round 3', async () => ((await run.progress()).round >= 3 ? true : undefined));
    return run;
  }

  async function expectUndisturbed(run: RunHandle<TrainingResult>): Promise<void> {
    const result = await run.result();
    expect(result.rounds).toBe(undisturbed.result.rounds);
    expect(await bitsOf(shop, result)).toBe(undisturbed.bits);
    expect(result.metrics).toEqual(undisturbed.result.metrics);
    expect(result.bytesOut).toEqual(undisturbed.result.bytesOut);
  }

  /** Stops a compute child and waits until a step hangs in it: what is killed next is killed in the middle of a step. */
  async function hangIn(silo: string, run: RunHandle<TrainingResult>): Promise<number> {
    const child = computePid(shop, silo)!;
    process.kill(child, 'SIGSTOP');
    let before = '';
    await until(`a step that hangs at ${silo}`, async () => {
      const pending = await pendingActivities(run);
      const now = pending.length === 1 && pending[0]!.started ? pending[0]!.id : '';
      await new Promise((resolve) => setTimeout(resolve, 300));
      const hangs = now !== '' && now === before;
      before = now;
      return hangs ? true : undefined;
    });
    expect((await run.progress()).round).toBeLessThan(undisturbed.result.rounds - 3);
    return child;
  }

  test.each(['shop', 'crm'])('the worker of the silo %s is killed with -9', async (silo) => {
    const run = await midway();
    const child = await hangIn(silo, run);
    const worker = workerPid(shop, { role: 'silo', silo })!;
    process.kill(worker, 'SIGKILL');
    // Its child wakes up an orphan: it may still commit the step, and ends when it notices.
    process.kill(child, 'SIGCONT');
    await expectUndisturbed(run);
    expect(highestAttempt(await historyOf(shop, run.id))).toBeGreaterThanOrEqual(2);
    expect(isAlive(child)).toBe(false);
    expect(workerPid(shop, { role: 'silo', silo })).not.toBe(worker);
  });

  test.each(['shop', 'warehouse'])('the compute child of the silo %s is killed with -9', async (silo) => {
    const run = await midway();
    const child = await hangIn(silo, run);
    process.kill(child, 'SIGKILL');
    await expectUndisturbed(run);
    const history = await historyOf(shop, run.id);
    expect(highestAttempt(history)).toBeGreaterThanOrEqual(2);
    expect(textOf(history)).toContain('ComputeLostError');
    expect(computePid(shop, silo)).not.toBe(child);
  });

  test('the control worker is killed with -9, and with it every cached workflow', async () => {
    const run = await midway();
    const worker = workerPid(shop, { role: 'control' })!;
    process.kill(worker, 'SIGKILL');
    await expectUndisturbed(run);
    expect(workerPid(shop, { role: 'control' })).not.toBe(worker);
    const { runs } = await shop.client.ask({ about: 'runs', limit: 100 });
    expect(runs!.filter((one) => one.run === run.id)).toHaveLength(1);
  });

  test('every worker is killed with -9 at once', async () => {
    const run = await midway();
    const roles = [
      { role: 'control' as const },
      { role: 'aggregator' as const },
      ...shop.config.silos.map(({ name }) => ({ role: 'silo' as const, silo: name })),
    ];
    for (const role of roles) process.kill(workerPid(shop, role)!, 'SIGKILL');
    await expectUndisturbed(run);
  });
});

describe('a training that continues as new', () => {
  let run: RunHandle<TrainingResult>;
  let result: TrainingResult;
  const rounds: number[] = [];

  beforeAll(async () => {
    run = await start(renewing);
    let over = false;
    const watching = (async () => {
      while (!over) {
        // Between two executions nobody may be there to answer for a moment.
        const progress = await run.progress().catch(() => undefined);
        if (progress) rounds.push(progress.round);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    result = await run.result();
    over = true;
    await watching;
  });

  test('gives the same model to the bit as one that does not', async () => {
    expect(result.rounds).toBe(undisturbed.result.rounds);
    expect(await bitsOf(renewing, result)).toBe(undisturbed.bits);
    expect(result.metrics).toEqual(undisturbed.result.metrics);
    expect(result.bytesOut).toEqual(undisturbed.result.bytesOut);
  });

  test('does so at least twice, carries less than 8 KiB along, and keeps each history short', async () => {
    const executions = await executionsOf(renewing, run.id);
    expect(executions.length).toBeGreaterThanOrEqual(3);
    expect(executions[0]).toBe(result.execution);
    for (const execution of executions) {
      const { events } = await historyOf(renewing, run.id, execution);
      expect(events!.length).toBeLessThan(250);
      const input = events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads!;
      expect(input).toHaveLength(execution === executions[0] ? 1 : 2);
      for (const { data } of input) expect(data!.length).toBeLessThan(8 * 1024);
    }
  });

  test('is one run to whoever watches it: one record, and rounds that never go back', async () => {
    const { runs } = await renewing.client.ask({ about: 'runs', limit: 10 });
    expect(runs!.map((one) => [one.run, one.execution, one.status])).toEqual([
      [run.id, result.execution, 'completed'],
    ]);
    expect(rounds.length).toBeGreaterThan(5);
    expect(rounds).toEqual([...rounds].sort((a, b) => a - b));
  });
});

test('the histories of all these runs replay on the workflows as they are now', async () => {
  const code = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));
  const recorded = [...(await allHistories(shop)), ...(await allHistories(renewing))];
  expect(recorded.filter(({ type }) => type === 'trainModel').length).toBeGreaterThanOrEqual(10);
  const options = { workflowBundle: { codePath: code }, replayName: 'durability' };
  const histories = recorded.map(({ workflow, history }) => ({ workflowId: workflow, history }));
  let replayed = 0;
  for await (const { error, workflowId } of Worker.runReplayHistories(options, histories)) {
    expect(error, workflowId).toBeUndefined();
    replayed++;
  }
  expect(replayed).toBe(recorded.length);
});

async function pendingActivities(
  run: RunHandle<TrainingResult>,
): Promise<{ id: string; started: boolean }[]> {
  const { raw } = await shop.client.temporal.workflow.getHandle(run.id).describe();
  // 2 is PENDING_ACTIVITY_STATE_STARTED.
  return (raw.pendingActivities ?? []).map(({ activityId, state }) => ({
    id: activityId ?? '',
    started: Number(state) === 2,
  }));
}
