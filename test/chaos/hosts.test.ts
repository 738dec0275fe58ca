import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WorkerProcess } from '../../client/local/worker-process.js';
import type { JobInput } from '../../core/job/schema.js';
import { assembleExample, type AssembledInstallation } from '../support/assembled.js';
import { OUTAGE_SECONDS } from '../support/chaos-scale.js';
import { highestAttempt, historyOf, repeatedActivities } from '../support/histories.js';
import { jobOf } from '../support/jobs.js';
import {
  expectUndisturbed,
  hangIn,
  midway,
  outcomeOf,
  startLong,
  stepRecords,
  type Outcome,
} from '../support/long-training.js';
import { computePid, until, workerPid } from '../support/worker-processes.js';

// Hosts that are cut off, freeze, go and come back. The customers' silo reaches the server by a line that the tests can cut.

const crm = { role: 'silo', silo: 'crm' } as const;
/** Seconds without a heartbeat after which the server gives a step to somebody else. */
const HEARTBEAT_SECONDS = 5;

let shop: AssembledInstallation;
let undisturbed: Outcome;

beforeAll(async () => {
  shop = await assembleExample('orders', 'crm');
  undisturbed = await outcomeOf(shop, await startLong(shop));
}, 120_000);
afterAll(() => shop.remove());

describe('a training gives the same model to the bit when in its middle', () => {
  test('the network between a silo and the server is cut for longer than a heartbeat may be late', async () => {
    const run = await midway(shop);
    const worker = workerPid(shop, crm)!;
    const child = await hangIn(shop, 'crm', run);
    await shop.line.cut();
    process.kill(child, 'SIGCONT');
    await sleep(OUTAGE_SECONDS * 1000);
    expect((await run.progress()).round).toBeLessThan(undisturbed.result.rounds);
    await shop.line.join();
    await expectUndisturbed(shop, run, undisturbed);
    expect(workerPid(shop, crm), 'the worker has found back by itself').toBe(worker);
    expect(repeatedActivities(await historyOf(shop, run.id))).toBeGreaterThanOrEqual(1);
  });

  test('a silo goes, and its worker is started again later', async () => {
    const run = await midway(shop);
    await shop.stopWorker(crm);
    // What was under way is told of when its segment ends; then nothing moves.
    await until('the run to wait', async () => {
      const { round } = await run.progress();
      await sleep(4_000);
      return (await run.progress()).round === round ? true : undefined;
    });
    expect((await run.progress()).round, 'it waits').toBeLessThan(undisturbed.result.rounds);
    shop.start(crm);
    await expectUndisturbed(shop, run, undisturbed);
  });

  test('a silo freezes for longer than a heartbeat may be late, and wakes up', async () => {
    const run = await midway(shop);
    const child = await hangIn(shop, 'crm', run);
    const worker = workerPid(shop, crm)!;
    process.kill(worker, 'SIGSTOP');
    await sleep((HEARTBEAT_SECONDS + 2) * 1000);
    process.kill(worker, 'SIGCONT');
    process.kill(child, 'SIGCONT');
    await expectUndisturbed(shop, run, undisturbed);
    expect(highestAttempt(await historyOf(shop, run.id))).toBeGreaterThanOrEqual(2);
    expect(workerPid(shop, crm)).toBe(worker);
  });
});

describe('a worker that freezes in the middle of a segment, wakes up when another has made it, and makes it too', () => {
  /** In one place, in segments of seconds: frozen in its arithmetic, it has looked before whether the step is committed. */
  const model: JobInput['model'] = { type: 'neural-network', hidden: [256, 64], epochs: 60, batchSize: 16 };
  const job = (): JobInput => jobOf(shop, 'returns-network', { model, strategy: 'materialize' });
  let replacement: WorkerProcess | undefined;
  afterAll(() => replacement?.stop());

  test('commits nothing: the model and every record are those of the other', async () => {
    const expected = await outcomeOf(shop, await shop.client.train(job()));
    const { site } = expected.result;
    const silo = site === 'aggregator' ? undefined : site.slice('silo.'.length);
    const role = silo === undefined ? ({ role: 'aggregator' } as const) : ({ role: 'silo', silo } as const);

    const run = await midway(shop, job());
    const [worker, child] = [workerPid(shop, role)!, computePid(shop, silo)!];
    await until('arithmetic', () => (computes(child) ? true : undefined));
    await hangIn(shop, silo, run);
    process.kill(worker, 'SIGSTOP');
    replacement = shop.start(role);
    const { result, bits } = await outcomeOf(shop, run);
    expect(bits).toBe(expected.bits);
    expect(result.rounds).toBe(expected.result.rounds);
    expect(highestAttempt(await historyOf(shop, run.id))).toBeGreaterThanOrEqual(2);

    const before = await stepRecords(shop);
    // The child alone, for its worker would end it when it hears that the step was given to another.
    process.kill(child, 'SIGCONT');
    await until('arithmetic that goes on', () => (computes(child) ? true : undefined));
    await until('the end of what was begun', () => idleSince(child), 60);
    expect(await stepRecords(shop)).toEqual(before);
    process.kill(worker, 'SIGCONT');
    await sleep(500);
    expect(await stepRecords(shop)).toEqual(before);
  }, 360_000);
});

/** True when a process has not computed for a while. */
async function idleSince(pid: number): Promise<true | undefined> {
  for (let look = 0; look < 10; look++) {
    if (computes(pid)) return undefined;
    await sleep(100);
  }
  return true;
}

/** Whether a process computes now. */
function computes(pid: number): boolean {
  try {
    return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('R');
  } catch {
    return false;
  }
}
