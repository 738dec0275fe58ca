import { execFileSync } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobInput } from '../../../core/job/schema.js';
import { executionsOf, historyOf, payloadSizes } from '../../support/histories.js';
import { installExample, type TestInstallation } from '../../support/installation.js';
import { jobOf, referenceOf } from '../../support/jobs.js';
import { outcomeOf } from '../../support/long-training.js';
import { readModel } from '../../support/stored-model.js';
import { computePid, workerPid } from '../../support/worker-processes.js';

const PARTIES = 50;
/** Tables that are joined besides those of the example. */
const MORE = Array.from({ length: PARTIES - 3 }, (_, at) => `facts${String(at + 1)}`);

let shop: TestInstallation;

beforeAll(async () => {
  shop = await installExample('orders', addTables);
}, 300_000);
afterAll(() => shop.remove());

describe('fifty trainings that are started at once on three silos', () => {
  const COUNT = 50;
  const model = { type: 'logistic-regression', l2: 0.01, tolerance: 1e-300, maxRounds: 8 } as const;
  const job = (): JobInput => jobOf(shop, 'returns', { model, strategy: 'federate' });

  test('all get on alike and end with the same model, in bounded memory', async () => {
    const { bits } = await outcomeOf(shop, await shop.client.train(job()));
    const before = residentMegabytes();
    const startedAt = performance.now();
    const seconds = () => (performance.now() - startedAt) / 1000;
    const runs = await Promise.all(Array.from({ length: COUNT }, () => shop.client.train(job())));
    const ended: number[] = [];
    let most = before;
    const watching = setInterval(() => (most = Math.max(most, residentMegabytes())), 1_000);
    const results = await Promise.all(
      runs.map(async (run) => {
        const result = await run.result();
        ended.push(seconds());
        return result;
      }),
    );
    clearInterval(watching);
    for (const result of results) expect((await readModel(shop, referenceOf(result))).bits).toBe(bits);
    process.stdout.write(
      `50 trainings: first after ${ended[0]!.toFixed(0)} s, last after ${ended.at(-1)!.toFixed(0)} s, ` +
        `${before.toFixed(0)} MB resident before, ${most.toFixed(0)} MB at most\n`,
    );
    // A site takes the steps of all in turn: all get on alike, and nobody waits until others have ended; the first would be a fiftieth.
    expect(ended[0]!).toBeGreaterThan(ended.at(-1)! / 4);
    expect(most - before).toBeLessThan(1_500);
  }, 900_000);
});

test('a training of 1,000 rounds has a short history, and gives the model that it gives in one place', async () => {
  const model = { type: 'nmf', rank: 3, seed: 7, tolerance: 0, maxRounds: 1000 } as const;
  const run = await shop.client.train(jobOf(shop, 'order-patterns', { model, strategy: 'federate' }));
  const result = await run.result();
  // The factors of the last round are measured in one more.
  expect(result.rounds).toBeGreaterThanOrEqual(1000);
  const executions = await executionsOf(shop, run.id);
  const histories = await Promise.all(executions.map((execution) => historyOf(shop, run.id, execution)));
  const events = histories.reduce((sum, history) => sum + history.events!.length, 0);
  process.stdout.write(`1,000 rounds: ${result.seconds.total.toFixed(0)} s, ${String(events)} events\n`);
  // By segments, which go by time, and not by rounds: with an activity for each there would be 17,000.
  expect(events).toBeLessThan(4_000);
  for (const size of histories.flatMap(payloadSizes)) expect(size).toBeLessThanOrEqual(64 * 1024);
  const joined = await shop.client.train(jobOf(shop, 'order-patterns', { model, strategy: 'materialize' }));
  const [a, b] = [result.metrics.train, (await joined.result()).metrics.train];
  for (const [name, value] of Object.entries(a))
    expect(b[name as keyof typeof b], name).toBeCloseTo(value as number, 6);
}, 900_000);

test('a training of fifty parties keeps its payloads within 64 KiB, and gives the model that it gives in one place', async () => {
  const { features, integration } = jobOf(shop, 'returns');
  const on = [{ base: 'product', table: 'sku' }];
  const joins = [...integration!.joins!, ...MORE.map((name) => ({ table: `warehouse.${name}`, on }))];
  const model = { type: 'logistic-regression', l2: 0.01, tolerance: 1e-9 } as const;
  const job = jobOf(shop, 'returns', { integration: { ...integration, joins }, features: features!, model });
  const run = await shop.client.train({ ...job, strategy: 'federate' });
  const result = await run.result();
  const record = (await readModel(shop, referenceOf(result))).parameters;
  expect(Object.keys(record)).toHaveLength(PARTIES);
  const sizes = (
    await Promise.all((await executionsOf(shop, run.id)).map((one) => historyOf(shop, run.id, one)))
  ).flatMap(payloadSizes);
  process.stdout.write(
    `50 parties: ${result.seconds.total.toFixed(0)} s, ${String(result.rounds)} rounds, largest payload ${String(Math.max(...sizes))} bytes\n`,
  );
  expect(Math.max(...sizes)).toBeLessThanOrEqual(64 * 1024);
  const joined = await (await shop.client.train({ ...job, strategy: 'materialize' })).result();
  const { parameters } = await readModel(shop, referenceOf(joined));
  for (const [party, columns] of Object.entries(parameters))
    for (const [column, value] of Object.entries(columns))
      expect(Math.abs(value - record[party]![column]!), `${party}.${column}`).toBeLessThan(1e-6);
}, 600_000);

/** Megabytes of the silos' and the aggregator's workers and compute children together. */
function residentMegabytes(): number {
  const silos = shop.config.silos.map(({ name }) => name);
  const pids = [
    workerPid(shop, { role: 'aggregator' }),
    computePid(shop),
    ...silos.flatMap((silo) => [workerPid(shop, { role: 'silo', silo }), computePid(shop, silo)]),
  ].filter((pid) => pid !== undefined);
  const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', pids.join(',')], { encoding: 'utf8' });
  return (
    kilobytes
      .trim()
      .split('\n')
      .reduce((sum, one) => sum + Number(one), 0) / 1024
  );
}

/** Gives the warehouse as many tables more as there are to be parties. */
async function addTables(folder: string): Promise<void> {
  const products = await readFile(path.join(folder, 'data', 'products.csv'), 'utf8');
  const skus = products
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[0]);
  let entries = '';
  for (const [number, name] of MORE.entries()) {
    const rows = skus.map(
      (sku, at) => `${sku ?? ''},${String((at * 31 + number * 17) % 101)},${String((at * at + number) % 13)}`,
    );
    await writeFile(path.join(folder, 'data', `${name}.csv`), ['sku,size,grade', ...rows, ''].join('\n'));
    entries += `      ${name}:\n        csv: data/${name}.csv\n        key: [sku]\n`;
  }
  // The warehouse is the last silo of the file, and its tables stand last.
  await appendFile(path.join(folder, 'amalur.config.yaml'), entries);
}
