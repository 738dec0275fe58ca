import { appendFile, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobInput, RetrainingResult } from '../../client/index.js';
import type { RetrainRequest } from '../../workflows/contracts/retraining.js';
import { filesIn } from '../support/canaries.js';
import { amalur } from '../support/command.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf } from '../support/jobs.js';
import { orderRows } from '../support/order-rows.js';
import { serveProcess } from '../support/served-process.js';
import { readModel } from '../support/stored-model.js';
import { workerPid } from '../support/worker-processes.js';

let shop: TestInstallation;
/** Keys and parameters stay with their silos: what is measured anew is measured under a secret of its own. */
let job: JobInput;

beforeAll(async () => {
  shop = await installExample('orders');
  job = jobOf(shop, 'returns', { strategy: 'federate' });
});
afterAll(() => shop.remove());

async function retrained(
  request: Omit<RetrainRequest, 'job'> & { job?: JobInput } = {},
): Promise<RetrainingResult> {
  return (await shop.client.retrain({ job, ...request })).result();
}

async function inUse(): Promise<number | undefined> {
  const { model } = await shop.client.ask({ about: 'model', model: 'returns@production' });
  return model?.version;
}

describe('a retraining', () => {
  test('trains what was never trained, and uses it', async () => {
    const result = await retrained();
    expect(result).toMatchObject({ changes: null, promoted: true, inUse: 'returns@1', contest: null });
    expect(await inUse()).toBe(1);
  });

  test('trains nothing where nothing has changed', async () => {
    const result = await retrained();
    expect(result).toMatchObject({ changes: { job: false, tables: [] }, trained: null, inUse: 'returns@1' });
    const { models = [] } = await shop.client.ask({ about: 'models' });
    expect(models).toHaveLength(1);
  });

  test('measures the version in use on the same test rows exactly as its own training did', async () => {
    const { model } = await shop.client.ask({ about: 'model', model: 'returns@1' });
    const auc = model && 'auc' in model.metrics.test ? model.metrics.test.auc : undefined;
    const result = await retrained({ force: true });
    expect(auc).toBeGreaterThan(0.5);
    expect(result.contest).toMatchObject({ measure: 'auc', inUse: auc, candidate: auc, won: false });
    expect(result).toMatchObject({ promoted: false, inUse: 'returns@1', trained: { model: 'returns@2' } });
    expect(await inUse()).toBe(1);
  });

  test('keeps the version in use where the new one is worse, though it is the latest', async () => {
    const few = ['shop.orders.discount', 'shop.orders.channel', 'shop.orders.month', 'shop.orders.quantity'];
    const poorer = {
      ...job,
      features: { ...job.features, exclude: [...(job.features?.exclude ?? []), ...few], encode: {} },
    };
    const result = await retrained({ job: poorer });
    expect(result.changes).toEqual({ job: true, tables: [] });
    const { contest } = result;
    expect(contest?.candidate).toBeLessThan(contest?.inUse ?? 0);
    expect(result).toMatchObject({ promoted: false, inUse: 'returns@1', trained: { model: 'returns@3' } });
    const { model } = await shop.client.ask({ about: 'model', model: 'returns' });
    expect(model?.aliases).toEqual(['latest']);
  });

  test('sees that a table has new rows, and compares on the test rows of today', async () => {
    const file = path.join(shop.folder, 'data', 'orders.csv');
    const rows = (await readFile(file, 'utf8')).trim().split('\n').slice(1, 81);
    const more = rows.map((row) =>
      row.replace(/^A/, 'N').replace(/(yes|no)$/, (label) => (label === 'yes' ? 'no' : 'yes')),
    );
    await appendFile(file, `${more.join('\n')}\n`);
    const result = await retrained({ margin: -1 });
    expect(result.changes).toEqual({ job: true, tables: ['shop.orders'] });
    const before = await shop.client.ask({ about: 'model', model: 'returns@1' });
    const { contest } = result;
    // Labels of the new rows are turned round, so that the version in use does worse on them.
    expect(contest?.inUse).toBeLessThan((before.model?.metrics.test as { auc: number }).auc);
    expect(result).toMatchObject({ promoted: true, inUse: 'returns@4' });
    expect(await inUse()).toBe(4);
  });

  test('compares nothing with a job that holds out other rows, and leaves that to a person', async () => {
    const result = await retrained({ job: { ...job, split: { test: 0.3, seed: 7 } } });
    expect(result).toMatchObject({ contest: null, promoted: false, inUse: 'returns@4' });
    expect(result.reason).toContain('other test rows');
    const by = await amalur(shop.folder, ['promote', 'returns', '--json']);
    expect(JSON.parse(by.stdout)).toEqual({ model: 'returns@5', alias: 'production', before: 'returns@4' });
    expect(await inUse()).toBe(5);
  });

  test('measures nothing that a constraint of today keeps in its silo, and says so: no label leaves', async () => {
    // A model of products of columns of two silos is measured where all rows meet, with their labels.
    const of = (change: Partial<JobInput>): JobInput => ({ ...job, name: 'kept', ...change });
    const products = {
      strategy: 'materialize',
      features: { ...job.features, interactions: [['shop.orders.discount', 'crm.customers.birth_year']] },
    } as Partial<JobInput>;
    const alias = { alias: 'kept' };
    const first = await retrained({ job: of(products), ...alias });
    expect(first).toMatchObject({ promoted: true, inUse: 'kept@1' });
    /** Blobs of the exchange that have labels, and what is new there from one look to the next. */
    const known = new Set<string>();
    const labelsSent = async () => {
      const files = (await filesIn(path.join(shop.config.exchange, 'blobs'))).filter(
        (file) => !known.has(file),
      );
      for (const file of files) known.add(file);
      const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')));
      return texts.filter((text) => text.includes('"labels"')).length;
    };
    await labelsSent();
    const constraints = { labelsStay: true };
    const result = await retrained({ job: of({ strategy: 'federate', constraints }), ...alias });
    expect(result).toMatchObject({
      trained: { model: 'kept@2' },
      contest: null,
      promoted: false,
      inUse: 'kept@1',
    });
    expect(result.reason).toContain('must not leave its silo');
    expect(await labelsSent()).toBe(0);
    // Without the constraint they do leave, for the aggregator.
    const free = await retrained({ job: of({ strategy: 'federate' }), ...alias });
    expect(free.contest).not.toBeNull();
    expect(await labelsSent()).toBeGreaterThan(0);
  });

  test('with a warm start begins at the version in use, in the silos that keep it, and finds the same model in fewer rounds', async () => {
    const model = { ...job.model, tolerance: 1e-8 } as JobInput['model'];
    const own = { ...job, name: 'warm', model };
    const first = await retrained({ job: own, warmStart: true });
    expect(first.trained?.began).toEqual({ anew: 'no version was in use' });
    const file = path.join(shop.folder, 'data', 'orders.csv');
    const rows = (await readFile(file, 'utf8')).trim().split('\n').slice(1, 9);
    await appendFile(file, `${rows.map((row) => row.replace(/^A/, 'W')).join('\n')}\n`);
    const cold = await (await shop.client.train({ ...own, name: 'cold' })).result();
    const warm = await retrained({ job: own, warmStart: true, margin: -1 });
    expect(warm.changes).toEqual({ job: false, tables: ['shop.orders'] });
    expect(warm.trained).toMatchObject({ model: 'warm@2', began: { at: 'warm@1' } });
    expect(warm.trained?.rounds).toBeLessThan(cold.rounds);
    const [a, b] = [await readModel(shop, 'cold@1'), await readModel(shop, 'warm@2')];
    expect(b.record.resolved.job.warmStart).toBe('warm@1');
    expect(Object.values(b.record.manifest.parts).every(({ home }) => home.startsWith('private:'))).toBe(
      true,
    );
    expect(b.intercept).toBeCloseTo(a.intercept, 5);
    for (const [party, columns] of Object.entries(a.parameters))
      for (const [column, value] of Object.entries(columns))
        expect(b.parameters[party]?.[column]).toBeCloseTo(value, 5);

    const again = await retrained({ job: own, warmStart: true });
    expect(again.trained, 'where a training began is no change of the job').toBeNull();
    const still = await (
      await shop.client.train({ ...own, name: 'still', warmStart: 'warm@production' })
    ).result();
    expect(still.rounds).toBeLessThanOrEqual(2);
    const joined = await shop.client.train({
      ...own,
      name: 'joined',
      strategy: 'materialize',
      warmStart: 'warm',
    });
    await expect(joined.result()).rejects.toMatchObject({ code: 'AMALUR_START_MISFIT', field: 'warmStart' });
    const other = { ...own, strategy: 'materialize' as const };
    const anew = await retrained({ job: other, warmStart: true, force: true });
    expect(anew.trained?.began).toEqual({ anew: 'the parameters of warm@2 stay in their silos' });
  });

  test('refuses what it does not understand, before anything is trained', async () => {
    const run = await shop.client.retrain({ job, alias: 'latest' });
    await expect(run.result()).rejects.toMatchObject({ code: 'AMALUR_INVALID_JOB', field: 'alias' });
    await expect(retrained({ margin: '1' as unknown as number })).rejects.toMatchObject({
      code: 'AMALUR_WRONG_TYPE',
      field: 'margin',
    });
    await expect(shop.client.promote({ model: 'returns@77' })).rejects.toMatchObject({
      code: 'AMALUR_UNKNOWN_MODEL',
    });
  });

  test('is started by a schedule, as inference and health are', async () => {
    const jobFile = path.join(shop.folder, 'returns.json');
    const cron = ['--cron', '0 3 * * 1', '--paused', '--json'];
    const made = [
      await amalur(shop.folder, ['schedule', 'create', jobFile, '--if-changed', '--margin', '0.01', ...cron]),
      await amalur(shop.folder, ['schedule', 'predict', 'returns@production', ...cron]),
      await amalur(shop.folder, ['schedule', 'health', ...cron]),
    ];
    expect(made.map(({ stdout }) => (JSON.parse(stdout) as { id: string }).id)).toEqual([
      'retrain-returns',
      'predict-returns-production',
      'health',
    ]);
    await shop.client.triggerSchedule('health');
    await expect
      .poll(async () => {
        const { info } = await shop.client.temporal.schedule.getHandle('health').describe();
        return info.recentActions.at(-1)?.action.workflow.workflowId;
      })
      .toMatch(/^health-scheduled/);
  });
});

describe('a model that is served', () => {
  test('scores rows as an inference does, follows its silos, outlives them, and ends when asked to', async () => {
    // The model is federated: its parameters and keys are known in the silo of the base table alone.
    const refused = await amalur(shop.folder, ['serve', 'returns@5', '--port', '0', '--json']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('AMALUR_NOT_SERVABLE');

    // One that was materialized is served by any host that reads the exchange.
    const served = await serveProcess(shop.folder, ['warm@3', '--refresh', '500ms']);
    expect(await served.get('/v1/model')).toMatchObject({ model: 'warm@3', trainedBy: 'materialize' });
    const output = 'served.csv';
    const { file } = await (
      await shop.client.predict({ model: 'warm@3', strategy: 'factorize', output })
    ).result();
    const written = (await readFile(file, 'utf8')).trim().split('\n').slice(1);
    const rows = await orderRows(shop.folder);
    const answers = await served.predict(rows.map(({ row }) => row));
    const lines = answers.map(({ predicted }, at) => {
      const { prediction } = predicted as { prediction: number };
      return `${rows[at]?.id ?? ''},${String(prediction)}`;
    });
    expect(lines).toEqual(written);

    // A silo changes its table: what is served follows without a restart.
    const { versions } = await served.get('/v1/model');
    await appendFile(path.join(shop.folder, 'data', 'customers.csv'), '9999,consumer,Delft,1990,true,2021\n');
    const newcomer = { ...rows[0]?.row, customer_id: 9999 };
    const unmatched = async () => (await served.predict([newcomer]))[0]?.['unmatched'];
    await expect.poll(unmatched, { timeout: 60_000, interval: 500 }).toEqual([]);
    expect((await served.get('/v1/model'))['versions']).not.toEqual(versions);

    // A silo that nobody serves: what is served stays, and says that it may be out of date.
    const pid = workerPid(shop, { role: 'silo', silo: 'crm' });
    if (pid === undefined) return expect.fail('crm has no worker');
    process.kill(pid, 'SIGSTOP');
    const staleness = async () => (await served.get('/ready'))['stale'];
    await expect
      .poll(staleness, { timeout: 60_000, interval: 500 })
      .toMatchObject({ code: expect.stringMatching(/^AMALUR_S/) as string });
    expect(await unmatched()).toEqual([]);
    process.kill(pid, 'SIGCONT');
    await expect.poll(staleness, { timeout: 60_000, interval: 500 }).toBeNull();
    expect(await served.stop()).toBe(0);
  }, 240_000);
});

describe('the health of silos', () => {
  test('tells of every site, and of tables that are not what was registered', async () => {
    const health = await shop.client.health();
    expect(health.ok).toBe(true);
    expect(health.sites.map(({ site }) => site)).toEqual([
      'aggregator',
      'silo.crm',
      'silo.shop',
      'silo.warehouse',
    ]);
    await appendFile(
      path.join(shop.folder, 'data', 'products.csv'),
      'X-999,New,light,1.00,1.000,false,2024\n',
    );
    const { sites } = await shop.client.health({ silos: ['warehouse'] });
    expect(sites.at(-1)).toMatchObject({ site: 'silo.warehouse', ok: true, changed: ['products'] });
  });

  test('tells of a table that is gone and of a silo that nobody serves, with their codes', async () => {
    const file = path.join(shop.folder, 'data', 'customers.csv');
    await rename(file, `${file}.away`);
    const { stdout, code } = await amalur(shop.folder, ['health', 'crm', 'depot', '--json']);
    await rename(`${file}.away`, file);
    expect(code).toBe(1);
    const { ok, sites } = JSON.parse(stdout) as Awaited<ReturnType<typeof shop.client.health>>;
    expect(ok).toBe(false);
    expect(sites.map(({ site, error }) => [site, error?.code])).toEqual([
      ['aggregator', undefined],
      ['silo.crm', expect.stringMatching(/^AMALUR_/)],
      ['silo.depot', 'AMALUR_SILO_UNAVAILABLE'],
    ]);
  });
});
