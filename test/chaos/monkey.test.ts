import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AmalurError } from '../../core/errors.js';
import { draws } from '../../core/models/draws.js';
import { expectToReplay } from '../support/replay.js';
import { CANARIES, canariesIn, filesIn, plantCanaries } from '../support/canaries.js';
import { long } from '../support/chaos-scale.js';
import {
  allHistories,
  executionsOf,
  historyOf,
  payloadSizes,
  repeatedActivities,
  textOf,
} from '../support/histories.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { machine } from '../support/machine.js';
import { releaseMonkey } from '../support/monkey/monkey.js';
import {
  monkeyReport,
  tableOf,
  type DisturbedRun,
  type MonkeyReport,
  type MonkeyReports,
} from '../support/monkey/report.js';
import { predictions, RUNS, trainings, type SmallRun } from '../support/monkey/runs.js';

// `npm run test:chaos -- --seeds N --minutes M --json FILE` sets these; `--seed S` for one of them.
const only = process.env['AMALUR_MONKEY_SEED'];
const count = Number(process.env['AMALUR_MONKEY_SEEDS'] ?? 1);
const seeds = only === undefined ? Array.from({ length: count }, (_, seed) => seed + 1) : [Number(only)];
const minutes = Number(process.env['AMALUR_MONKEY_MINUTES'] ?? 1);
const json = process.env['AMALUR_MONKEY_JSON'];

/** When time is short: of every kind of exchange one, every strategy, and inference. */
const SHORT = [
  'logistic-regression, materialize',
  'softmax-regression, factorize',
  'k-means, federate',
  'nmf, materialize',
  'pca, factorize',
  'neural-network, federate',
  'inference, factorize',
];
/** Runs that are under way at once: twenty, or a few when time is short. */
const AT_ONCE = long ? 20 : 6;
const LIMIT_MS = (minutes * 60 + 600) * 1000;

let shop: TestInstallation;
/** Hash of what each run brings forth when nothing disturbs it. */
const expected = new Map<string, string>();
let runs: SmallRun[];
const reports: MonkeyReport[] = [];

beforeAll(async () => {
  shop = await installExample('orders', plantCanaries);
  const all = [...trainings(shop), ...(await predictions(shop))];
  runs = long ? all : all.filter(({ name }) => SHORT.includes(name));
  expect(runs).toHaveLength(long ? RUNS.length : SHORT.length);
  for (const run of runs) expected.set(run.name, await run.hashOf(await (await run.start()).result()));
}, 600_000);
afterAll(async () => {
  const all: MonkeyReports = { machine: machine(), monkeys: reports };
  if (json !== undefined) await writeFile(json, `${JSON.stringify(all, undefined, 2)}\n`);
  await shop.remove();
});

describe.each(seeds)('the monkey of seed %i', (seed) => {
  const disturbed: DisturbedRun[] = [];

  test(
    'loses no run, and every run ends with the hash that it has undisturbed',
    async () => {
      const startedAt = performance.now();
      const passed = () => (performance.now() - startedAt) / 60_000;
      const monkey = releaseMonkey(shop, seed);
      const order = draws(`order ${String(seed)}`);
      let next = 0;
      // Twenty lanes: whenever a run ends, another begins.
      const lane = async (own: number) => {
        while (passed() < minutes) {
          const turn = next++;
          const run = long ? runs[Math.floor(order(turn) * runs.length)] : runs[(own + turn) % runs.length];
          if (run) disturbed.push(await survived(run));
        }
      };
      const lanes = Array.from({ length: AT_ONCE }, (_, own) => lane(own));
      await sleep(minutes * 60_000);
      await monkey.rest();
      await Promise.all(lanes);
      const kills = await monkey.kills();
      const report = monkeyReport({ seed, minutes: passed() }, disturbed, kills);
      reports.push(report);
      process.stdout.write(tableOf(report));
      const again = `again: npm run test:chaos -- monkey --seed ${String(seed)} --minutes ${String(minutes)}`;
      expect(report.errors, again).toEqual([]);
      expect(report.differingHashes, again).toBe(0);
      expect(report.runsLost, again).toBe(0);
      expect(report.runs, again).toBeGreaterThanOrEqual(AT_ONCE);
      expect(kills.length, again).toBeGreaterThan(2);
    },
    LIMIT_MS,
  );

  test('leaves histories that replay, with payloads of at most 64 KiB', async () => {
    const recorded = await allHistories(shop);
    expect(Math.max(...recorded.flatMap(({ history }) => payloadSizes(history)))).toBeLessThanOrEqual(
      64 * 1024,
    );
    await expectToReplay(recorded, `monkey-${String(seed)}`);
  }, 300_000);

  test('leaves no value of a row in a history, a log or the catalog', async () => {
    const all = Object.values(CANARIES).flat();
    for (const { workflow, history } of await allHistories(shop))
      expect(canariesIn([textOf(history)], all), workflow).toEqual([]);
    const { stateFolder, exchange, silos } = shop.config;
    const stores = [exchange, `${stateFolder}/aggregator`, ...silos.map(({ store }) => store)];
    const files = (await filesIn(stateFolder)).filter(
      (file) => !stores.some((store) => file.startsWith(`${store}/`)),
    );
    expect(files.length).toBeGreaterThan(6);
    for (const file of files) expect(canariesIn([await readFile(file, 'latin1')], all), file).toEqual([]);
  }, 120_000);
});

/** Makes a run and compares what it has brought forth with what it brings forth undisturbed. */
async function survived(run: SmallRun): Promise<DisturbedRun> {
  const { name } = run;
  for (let refused = 0; ; refused++) {
    const handle = await patiently(() => run.start());
    try {
      const result = await patiently(() => handle.result());
      const hash = await patiently(() => run.hashOf(result));
      const outcome = hash === expected.get(name) ? 'as undisturbed' : 'differing hash';
      const repeated = await patiently(() => repeatedIn(handle.id));
      return { name, run: handle.id, outcome, refused, repeated };
    } catch (error) {
      if (await patiently(() => wasRefused(handle.id, error))) continue;
      const repeated = await patiently(() => repeatedIn(handle.id));
      return { name, run: handle.id, outcome: 'lost', refused, repeated, error: String(error) };
    }
  }
}

/** Whether a run ended before it began, because a worker was away at that moment: that is told at once, and not a run that is lost. */
async function wasRefused(workflow: string, error: unknown): Promise<boolean> {
  if (!(error instanceof AmalurError && error.code === 'AMALUR_SILO_UNAVAILABLE')) return false;
  const { events } = await historyOf(shop, workflow);
  const begun = (events ?? []).some(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'publish',
  );
  return !begun;
}

async function repeatedIn(workflow: string): Promise<number> {
  let repeated = 0;
  for (const execution of await executionsOf(shop, workflow))
    repeated += repeatedActivities(await historyOf(shop, workflow, execution));
  return repeated;
}

/** Asks again while the server is away: what is asked is a client's business, and the run goes on. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let unanswered = 0; ; unanswered++) {
    try {
      return await ask();
    } catch (error) {
      const away =
        error instanceof ServiceError ||
        isGrpcServiceError(error) ||
        (error instanceof AmalurError && error.code === 'AMALUR_SERVER_UNREACHABLE');
      if (!away || unanswered === 240) throw error;
      await sleep(500);
    }
  }
}
