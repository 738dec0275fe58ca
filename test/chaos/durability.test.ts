import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunHandle, TrainingResult } from '../../client/index.js';
import type { JobInput } from '../../core/job/schema.js';
import type { ClassificationMetrics } from '../../core/models/model.js';
import {
  allHistories,
  executionsOf,
  highestAttempt,
  historyOf,
  payloadSizes,
  repeatedActivities,
  textOf,
} from '../support/histories.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf, referenceOf } from '../support/jobs.js';
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
import { paused } from '../support/steered.js';
import { readModel } from '../support/stored-model.js';
import { expectToReplay } from '../support/replay.js';
import { computePid, isAlive, serverPid, until, workerPid } from '../support/worker-processes.js';

/** Three installations would be too many for a small machine: one that is disturbed, one whose workflows continue as new. */
let shop: TestInstallation;
let renewing: TestInstallation;
let undisturbed: Outcome;
/** Records of steps that an undisturbed training leaves: one more would be a step that was committed twice. */
let recordsOfOne = 0;

const recordCount = async () => (await stepRecords(shop)).size;

beforeAll(async () => {
  [shop, renewing] = await Promise.all([
    installExample('orders'),
    installExample('orders', undefined, {
      serverArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=1'],
    }),
  ]);
  undisturbed = await outcomeOf(shop, await startLong(shop));
}, 120_000);
afterAll(() => Promise.all([shop.remove(), renewing.remove()]));

test('the run to be disturbed is long enough to be disturbed in its middle, and the same every time', async () => {
  expect(undisturbed.result.rounds).toBeGreaterThan(100);
  const before = await recordCount();
  const again = await outcomeOf(shop, await startLong(shop));
  recordsOfOne = (await recordCount()) - before;
  expect(recordsOfOne).toBeGreaterThan(3 * undisturbed.result.rounds);
  expect(again.result.execution).not.toBe(undisturbed.result.execution);
  expect(again.bits).toBe(undisturbed.bits);
});

test('two trainings at once over the same silos, whose sessions wait for one another, both end with that model', async () => {
  const runs = await Promise.all([startLong(shop), startLong(shop)]);
  for (const run of runs) await expectUndisturbed(shop, run, undisturbed);
});

describe('a training gives the same model to the bit, and as many rounds, when in its middle', () => {
  // At the silo where the aggregator is too, both sessions are begun again.
  test.each([
    ['shop', 2],
    ['crm', 1],
  ])('the worker of the silo %s is killed with -9', async (silo, sessions) => {
    const run = await midway(shop);
    const child = await hangIn(shop, silo, run);
    expect((await run.progress()).round).toBeLessThan(undisturbed.result.rounds - 3);
    const worker = workerPid(shop, { role: 'silo', silo })!;
    process.kill(worker, 'SIGKILL');
    // Its child wakes up an orphan: it may still commit the step, and ends when it notices.
    process.kill(child, 'SIGCONT');
    await expectUndisturbed(shop, run, undisturbed);
    const history = await historyOf(shop, run.id);
    expect(highestAttempt(history)).toBeGreaterThanOrEqual(2);
    expect(repeatedActivities(history), 'sessions begun again').toBe(sessions);
    expect(isAlive(child)).toBe(false);
    expect(workerPid(shop, { role: 'silo', silo })).not.toBe(worker);
  });

  test.each(['shop', 'warehouse'])('the compute child of the silo %s is killed with -9', async (silo) => {
    const run = await midway(shop);
    const child = await hangIn(shop, silo, run);
    expect((await run.progress()).round).toBeLessThan(undisturbed.result.rounds - 3);
    process.kill(child, 'SIGKILL');
    await expectUndisturbed(shop, run, undisturbed);
    const history = await historyOf(shop, run.id);
    expect(highestAttempt(history)).toBeGreaterThanOrEqual(2);
    expect(repeatedActivities(history), 'sessions begun again').toBe(1);
    expect(textOf(history)).toContain('AMALUR_COMPUTE_LOST');
    expect(computePid(shop, silo)).not.toBe(child);
  });

  test('the control worker is killed with -9, and with it every cached workflow', async () => {
    const before = await recordCount();
    const run = await midway(shop);
    const worker = workerPid(shop, { role: 'control' })!;
    process.kill(worker, 'SIGKILL');
    await expectUndisturbed(shop, run, undisturbed);
    expect(workerPid(shop, { role: 'control' })).not.toBe(worker);
    expect((await recordCount()) - before, 'steps committed').toBe(recordsOfOne);
    const { runs } = await shop.client.ask({ about: 'runs', limit: 100 });
    expect(runs!.filter((one) => one.run === run.id)).toHaveLength(1);
  });

  test('the Temporal server is killed with -9, and started again on its file', async () => {
    const before = await recordCount();
    const run = await midway(shop);
    const server = serverPid(shop)!;
    const workers = shop.config.silos.map(({ name: silo }) => workerPid(shop, { role: 'silo', silo }));
    process.kill(server, 'SIGKILL');
    await expectUndisturbed(shop, run, undisturbed);
    expect(serverPid(shop)).not.toBe(server);
    // They have found the way back by themselves.
    expect(shop.config.silos.map(({ name: silo }) => workerPid(shop, { role: 'silo', silo }))).toEqual(
      workers,
    );
    expect((await recordCount()) - before, 'steps committed').toBe(recordsOfOne);
  });

  test('every worker is killed with -9 at once', async () => {
    const run = await midway(shop);
    const roles = [
      { role: 'control' as const },
      { role: 'aggregator' as const },
      ...shop.config.silos.map(({ name }) => ({ role: 'silo' as const, silo: name })),
    ];
    for (const role of roles) process.kill(workerPid(shop, role)!, 'SIGKILL');
    await expectUndisturbed(shop, run, undisturbed);
  });
});

describe('a search over folds', () => {
  const searched = (): JobInput =>
    jobOf(shop, 'returns-search', {
      search: { method: 'random', over: { l2: { from: 1e-4, to: 1 } }, trials: 60, measure: 'auc' },
      strategy: 'materialize',
    });
  let undisturbedSearch: Outcome;
  beforeAll(async () => {
    undisturbedSearch = await outcomeOf(shop, await shop.client.train(searched()));
  }, 60_000);

  test('trains the model that a job with the chosen settings trains, and keeps what it has found with it', async () => {
    const { result, bits } = undisturbedSearch;
    const { validation: found } = result;
    expect(found!.trials).toHaveLength(60);
    expect(found!.folds).toHaveLength(5);
    expect(found!.folds.reduce((sum, { validate }) => sum + validate, 0)).toBe(result.rows.train);
    const means = found!.trials.map(({ mean }) => mean!);
    expect(means[found!.chosen]).toBe(Math.max(...means));
    expect(found!.measures.auc!.mean).toBe(means[found!.chosen]);
    const { model, validation: _folds, search: _search, ...plain } = searched();
    const chosen = { ...plain, model: { ...model, ...found!.trials[found!.chosen]!.parameters } } as JobInput;
    expect((await outcomeOf(shop, await shop.client.train(chosen))).bits).toBe(bits);
    const { record } = await readModel(shop, referenceOf(result));
    expect(record.manifest.validation).toEqual(found);
  });

  test('goes along a path of l1 from the largest, which leaves fewest columns, to a thousandth of it', async () => {
    const result = await (
      await shop.client.train(jobOf(shop, 'delivery-path', { strategy: 'materialize' }))
    ).result();
    const { trials, chosen, choose } = result.validation!;
    expect(choose).toBe('one-standard-error');
    const l1 = trials.map(({ parameters }) => parameters.l1 as number);
    expect(l1).toHaveLength(30);
    expect(l1).toEqual([...l1].sort((a, b) => b - a));
    expect(l1.at(-1)! / l1[0]!).toBeCloseTo(0.001, 12);
    const nonZero = trials.map((trial) => trial.nonZero!);
    expect(nonZero.every((folds) => folds.length === 5)).toBe(true);
    expect(Math.min(...nonZero.at(-1)!)).toBeGreaterThan(Math.max(...nonZero[0]!));
    expect(chosen).toBeGreaterThan(0);
    const { record } = await readModel(shop, referenceOf(result));
    expect(record.manifest.nonZero).toBeGreaterThan(0);
  });

  test('runs on the factorized table of one silo too, with folds by time', async () => {
    const { target, features, task, model, name } = jobOf(shop, 'returns');
    const result = await (
      await shop.client.train({
        ...{ name, task, target, model },
        features: { exclude: features!.exclude!.filter((column) => column.startsWith('shop.')) },
        validation: { folds: 3, by: { time: 'ordered_on' } },
        strategy: 'factorize',
      })
    ).result();
    expect(result.site).toBe('silo.shop');
    const { folds, trials, measures } = result.validation!;
    expect(trials).toHaveLength(1);
    expect(Object.keys(measures).sort()).toEqual(['accuracy', 'auc', 'logLoss']);
    folds.forEach(({ train }, at) => {
      if (at > 0) expect(train).toBe(folds[at - 1]!.train + folds[at - 1]!.validate);
    });
    const last = folds.at(-1)!;
    expect(last.train + last.validate).toBe(result.rows.train);
  });
});

describe('a training that continues as new', () => {
  let run: RunHandle<TrainingResult>;
  let result: TrainingResult;
  const rounds: number[] = [];

  beforeAll(async () => {
    run = await startLong(renewing);
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
    await expectUndisturbed(renewing, run, undisturbed);
  });

  test('does so at least four times, carries less than 8 KiB along, and keeps each history short', async () => {
    const executions = await executionsOf(renewing, run.id);
    expect(executions.length).toBeGreaterThanOrEqual(5);
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

  test('in one place is the same to the bit as well, and one run', async () => {
    // More rounds than two segments may have.
    const model = { type: 'k-means', clusters: 6, restarts: 100, tolerance: 0, seed: 7 } as const;
    const job = jobOf(renewing, 'order-groups', { model, strategy: 'materialize' });
    const here = await renewing.client.train(job);
    const seen: number[] = [];
    for (let over = false; !over;) {
      const progress = await here.progress().catch(() => undefined);
      if (progress) seen.push(progress.round);
      over = progress?.phase === 'completed';
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const long = await outcomeOf(shop, await shop.client.train(job));
    expect(long.result.rounds).toBeGreaterThan(1000);
    await expectUndisturbed(renewing, here, long);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));

    const executions = await executionsOf(renewing, here.id);
    expect(executions.length).toBeGreaterThanOrEqual(3);
    const inputs = await Promise.all(
      executions.slice(1).map(async (execution) => {
        const { events } = await historyOf(renewing, here.id, execution);
        return events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads!;
      }),
    );
    for (const { data } of inputs.flat()) expect(data!.length).toBeLessThan(8 * 1024);
    const { runs } = await renewing.client.ask({ about: 'runs', limit: 100 });
    expect(runs!.filter((one) => one.run === here.id)).toMatchObject([
      { execution: executions[0], status: 'completed' },
    ]);
  });
});

describe('a search over folds in rounds', () => {
  const searched = (strategy: 'materialize' | 'federate'): JobInput =>
    jobOf(renewing, 'returns-search', {
      strategy,
      model: { type: 'logistic-regression', tolerance: 1e-9 },
      validation: { folds: 2, by: { group: 'customer_id' }, seed: 1 },
      search: { over: { l2: [1, 0.1] }, measure: 'logLoss' },
    });

  test('finds to 1e-8 what it finds where all rows are, though its workflow continues as new and a worker is killed with -9', async () => {
    const here = await (await renewing.client.train(searched('materialize'))).result();
    const run = await renewing.client.train(searched('federate'));
    const seen = await until('the second fold', async () => {
      const { validation, round } = await run.progress();
      return validation !== undefined && validation.fold === 2 && round >= 3 ? validation : undefined;
    });
    expect(seen).toMatchObject({ trials: 2, folds: 2, measure: 'logLoss' });
    const child = await hangIn(renewing, 'crm', run);
    process.kill(workerPid(renewing, { role: 'silo', silo: 'crm' })!, 'SIGKILL');
    process.kill(child, 'SIGCONT');
    const apart = await run.result();

    const [expected, found] = [here.validation!, apart.validation!];
    expect(found.folds).toEqual(expected.folds);
    expect(found.chosen).toBe(expected.chosen);
    found.trials.forEach(({ parameters, values }, at) => {
      expect(parameters).toEqual(expected.trials[at]!.parameters);
      values.forEach((value, fold) => expect(value).toBeCloseTo(expected.trials[at]!.values[fold]!, 8));
    });
    expect(Object.keys(found.measures)).toEqual(Object.keys(expected.measures));
    const test = apart.metrics.test as ClassificationMetrics;
    expect(test.logLoss).toBeCloseTo((here.metrics.test as ClassificationMetrics).logLoss!, 8);
    const { record } = await readModel(renewing, referenceOf(apart));
    expect(record.manifest.validation).toEqual(found);

    const executions = await executionsOf(renewing, run.id);
    expect(executions.length).toBeGreaterThan(3);
    const histories = await Promise.all(executions.map((one) => historyOf(renewing, run.id, one)));
    expect(Math.max(...histories.map(highestAttempt))).toBeGreaterThanOrEqual(2);
    for (const { events } of histories) {
      const input = events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads!;
      for (const { data } of input) expect(data!.length).toBeLessThan(8 * 1024);
    }
  }, 90_000);
});

describe('a training that is steered', () => {
  test('waits while it is paused, over a kill of the control worker, and then gives the same model to the bit', async () => {
    const run = await midway(shop);
    await expect(run.resume()).rejects.toMatchObject({ code: 'AMALUR_NOT_STEERABLE' });
    const round = await paused(run);
    await expect(run.pause()).rejects.toMatchObject({ code: 'AMALUR_NOT_STEERABLE' });
    const { runs } = await shop.client.ask({ about: 'runs', limit: 10 });
    expect(runs!.find((one) => one.run === run.id)).toMatchObject({ status: 'running', phase: 'paused' });
    process.kill(workerPid(shop, { role: 'control' })!, 'SIGKILL');
    const still = await until('a control worker', () => run.progress().catch(() => undefined));
    expect(still).toMatchObject({ phase: 'paused', asked: 'pause', round });
    await run.resume();
    await expectUndisturbed(shop, run, undisturbed);
    await expect(run.stopEarly()).rejects.toMatchObject({ code: 'AMALUR_NOT_STEERABLE' });
  });

  test('is paused although it continues as new, as often as it does, and loses no request', async () => {
    const run = await midway(renewing);
    for (let pause = 0; pause < 3; pause++) {
      const round = await paused(run);
      expect((await run.progress()).round).toBe(round);
      await run.resume();
    }
    await expectUndisturbed(renewing, run, undisturbed);
  });

  test('and stopped early is the model of a job with so many rounds, although a silo is killed; it goes on from there', async () => {
    const run = await midway(shop);
    await run.setTolerance({ maxRounds: 50 });
    expect(await run.progress()).toMatchObject({ maxRounds: 50 });
    await paused(run);
    process.kill(workerPid(shop, { role: 'silo', silo: 'crm' })!, 'SIGKILL');
    await run.stopEarly();
    const { result, bits } = await outcomeOf(shop, run);
    expect(result.stopped).toBe('stopped-early');
    const { model } = longReturns(shop);
    const short = { ...longReturns(shop), model: { ...model, maxRounds: result.rounds } } as JobInput;
    expect((await outcomeOf(shop, await shop.client.train(short))).bits).toBe(bits);

    // The rounds that the run has made are answered by its journal: their bytes do not travel again.
    const resumed = await outcomeOf(shop, await shop.client.resume(run.id));
    const { rounds, stopped } = undisturbed.result;
    expect(resumed.result).toMatchObject({ rounds, stopped });
    expect(resumed.bits).toBe(undisturbed.bits);
  });

  test('in one place is told between two segments', async () => {
    const model = { type: 'logistic-regression', l2: 0.01, tolerance: 1e-300, maxRounds: 500 } as const;
    const job = jobOf(shop, 'returns', { model, strategy: 'materialize' });
    const run = await shop.client.train(job, { id: 'train-in-one-place' });
    await run.pause();
    await until('the pause', async () => ((await run.progress()).phase === 'paused' ? true : undefined));
    await expect(run.setTolerance({ tolerance: -1 })).rejects.toMatchObject({ code: 'AMALUR_WRONG_TYPE' });
    await run.setTolerance({ tolerance: 1e-3 });
    await run.resume();
    const { result, bits } = await outcomeOf(shop, run);
    expect(result.stopped).toBe('converged');
    const asked = { ...job, model: { ...model, tolerance: 1e-3 } };
    expect((await outcomeOf(shop, await shop.client.train(asked))).bits).toBe(bits);
  });

  test('is reset to an earlier moment, and gives the same model and no other version', async () => {
    const run = await startLong(shop);
    const { model } = await run.result();
    const { events } = await historyOf(shop, run.id);
    const tasks = events!.filter((event) => event.workflowTaskCompletedEventAttributes);
    const { workflowService } = shop.client.temporal;
    await workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: run.id },
      workflowTaskFinishEventId: tasks[Math.floor(tasks.length / 2)]!.eventId!,
      requestId: `reset-${run.id}`,
      reason: 'a test',
    });
    await expectUndisturbed(shop, shop.client.run<TrainingResult>(run.id), undisturbed);
    expect((await shop.client.run<TrainingResult>(run.id).result()).model).toEqual(model);
  });
});

test('no payload of any of these histories is larger than 64 KiB', async () => {
  const histories = [...(await allHistories(shop)), ...(await allHistories(renewing))];
  const sizes = histories.flatMap(({ history }) => payloadSizes(history));
  // The fewer, the faster the machine: segments of rounds go by time.
  expect(sizes.length).toBeGreaterThan(300);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(64 * 1024);
});

test('the histories of all these runs replay on the workflows as they are now', async () => {
  const recorded = [...(await allHistories(shop)), ...(await allHistories(renewing))];
  expect(recorded.filter(({ type }) => type === 'trainModel').length).toBeGreaterThanOrEqual(10);
  await expectToReplay(recorded, 'durability');
});
