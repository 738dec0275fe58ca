import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorReport } from '../../core/errors.js';
import type { JobInput } from '../../core/job/schema.js';
import { brokenJobs, onProduct, soundJob, visitsJob } from '../support/broken-jobs.js';
import { brokenConfigs } from '../support/broken-configs.js';
import { amalur as amalurHere } from '../support/command-in-process.js';
import { amalur, cliFile } from '../support/command.js';
import { historyOf, textOf } from '../support/histories.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { addOddTables, breakTables, CANARY } from '../support/odd-tables.js';

/** From the start to FAILED, by the server's clock; most of it is the reading of tables, where the mistake is in the rows. */
const SECONDS = 2;

let shop: TestInstallation;
let started = 0;

beforeAll(async () => {
  shop = await installExample('orders', addOddTables);
  await breakTables(shop.folder);
  // The first run measures the aggregator's host, which takes seconds.
  await (await shop.client.train({ ...soundJob, name: 'sound' })).result();
});
afterAll(() => shop.remove());

interface Failed {
  readonly id: string;
  readonly type: string | null | undefined;
  readonly report: ErrorReport;
  readonly message: string;
  readonly seconds: number;
}

/** Starts a workflow as any Temporal client does, and waits until it fails. */
async function failureOf(workflow: string, ...args: unknown[]): Promise<Failed> {
  const id = `broken-${++started}`;
  const { workflow: workflows } = shop.client.temporal;
  const handle = await workflows.start(workflow, { taskQueue: 'amalur', workflowId: id, args });
  const error: unknown = await handle.result().then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof WorkflowFailedError) || !(error.cause instanceof ApplicationFailure)) throw error;
  const { type, message, details } = error.cause;
  const { startTime, closeTime, status } = await handle.describe();
  expect(status.name).toBe('FAILED');
  return {
    id,
    type,
    message,
    report: (details as ErrorReport[])[0] as ErrorReport,
    seconds: ((closeTime?.getTime() ?? Infinity) - startTime.getTime()) / 1000,
  };
}

async function runningNow(): Promise<string[]> {
  const running: string[] = [];
  const list = shop.client.temporal.workflow.list({ query: 'ExecutionStatus = "Running"' });
  for await (const { workflowId } of list) running.push(workflowId);
  return running;
}

/** Files that somebody has begun to write. */
async function halfWritten(): Promise<string[]> {
  const files = await readdir(shop.folder, { recursive: true });
  return files.filter((file) => /\.partial$|[/\\]temporary[/\\]/.test(file));
}

async function modelsOf(name: string): Promise<unknown[]> {
  const { models = [] } = await shop.client.ask({ about: 'models' });
  return models.filter((model) => model.name === name);
}

async function nothingIsLeft(): Promise<void> {
  await expect.poll(runningNow, { timeout: 5_000 }).toEqual([]);
  expect(await halfWritten()).toEqual([]);
  expect(await modelsOf('broken')).toEqual([]);
}

describe('a broken job fails at once and says why', () => {
  describe.each(brokenJobs)('$what', ({ job, code, field, suggestion }) => {
    test('as a workflow', async () => {
      const { id, type, report, message, seconds } = await failureOf('trainModel', job);
      expect(report).toEqual({ code, field, suggestion: expect.stringMatching(suggestion), message });
      expect(type).toBe(code);
      expect(seconds).toBeLessThan(SECONDS);

      const { run } = await shop.client.ask({ about: 'run', run: id });
      expect(run).toMatchObject({ status: 'failed', error: report, model: null });
      expect(textOf(await historyOf(shop, id))).not.toContain(CANARY);
      await nothingIsLeft();
    });

    test('on the command line', async () => {
      const file = path.join(shop.folder, 'broken.json');
      await writeFile(file, JSON.stringify(job));
      const { code: exit, out, err } = await amalurHere('--config', shop.folder, 'train', file);
      expect(exit).toBe(1);
      expect(out).toBe('');
      expect(err).toContain(code);
      expect(err.split('\n')).toContain(`  field       ${field}`);
      expect(err).toMatch(suggestion);
      expect(err).not.toMatch(/^\s+at /m);
      expect(err).not.toContain(CANARY);
    });
  });
});

describe('a silo that has no worker', () => {
  /** A second installation's configuration, for a silo that this server does not know yet. */
  const folder = () => path.join(shop.folder, 'depot');
  const stock = () => path.join(folder(), 'stock.csv');
  const SOUND = 'sku,stock\nT-100,4\nT-101,0\n';
  const job = {
    ...soundJob,
    integration: { joins: [{ table: 'depot.stock', on: onProduct.on }] },
    features: {},
  };
  let worker: ReturnType<typeof spawn>;

  beforeAll(async () => {
    await mkdir(folder());
    await writeFile(
      path.join(folder(), 'amalur.config.yaml'),
      'silos: { depot: { tables: { stock: { csv: stock.csv, key: [sku], computed: { empty: stock = 0 } } } } }\n',
    );
    worker = spawn(process.execPath, [cliFile, 'worker', 'silo'], {
      cwd: folder(),
      env: { ...process.env, TEMPORAL_ADDRESS: shop.address },
      stdio: 'ignore',
    });
  });
  afterAll(() => worker.kill('SIGKILL'));

  test.each([
    ['is not there', undefined, 'AMALUR_SOURCE_MISSING', '.csv', /path/],
    ['does not parse', `${SOUND}T-102,${CANARY},1\n`, 'AMALUR_SOURCE_UNREADABLE', '', /mend the row/],
    ['ends within quotes', `${SOUND}"T-102,${CANARY}\n`, 'AMALUR_SOURCE_UNREADABLE', '', /quot/],
    ['has no header', '', 'AMALUR_SOURCE_UNREADABLE', '', /first line/],
    ['names two columns alike', 'sku,stock,SKU\n', 'AMALUR_SOURCE_UNREADABLE', '', /column/],
    ['repeats its key', `${SOUND}T-100,5\n`, 'AMALUR_REPEATED_KEY', '.key', /identify a row/],
    ['lacks a column', 'sku,store\nT-100,4\n', 'AMALUR_INVALID_CONFIG', '.computed.empty', /column/],
  ])('is not registered with a file that %s', async (_what, text, code, field, hint) => {
    await (text === undefined ? rm(stock(), { force: true }) : writeFile(stock(), text));
    const { type, report, seconds } = await failureOf('registerSilo', { silo: 'depot' });
    expect(type).toBe(code);
    expect(report).toMatchObject({ code, field: `silos.depot.tables.stock${field}` });
    expect(report.suggestion).toMatch(hint);
    expect(JSON.stringify(report)).not.toContain(CANARY);
    // The worker may still be starting at the first.
    expect(seconds).toBeLessThan(10);
    const { silos = [], tables = [] } = await shop.client.ask({ about: 'tables' });
    expect([...silos, ...tables].filter(({ silo }) => silo === 'depot')).toEqual([]);
  });

  test('is told by its name within ten seconds, as a workflow and on the command line', async () => {
    await writeFile(stock(), SOUND);
    await shop.client.registerSilo('depot');
    worker.kill('SIGTERM');
    await once(worker, 'exit');

    await writeFile(path.join(shop.folder, 'lonely.json'), JSON.stringify(job));
    const [failed, told] = await Promise.all([
      failureOf('trainModel', job),
      amalur(shop.folder, ['train', 'lonely.json']),
    ]);
    expect(failed.report).toEqual({
      code: 'AMALUR_SILO_UNAVAILABLE',
      field: 'integration.joins[0].table',
      suggestion: 'start its worker: amalur worker silo --silo depot',
      message: 'silo "depot" has no worker that answers',
    });
    expect(failed.seconds).toBeLessThan(10 + SECONDS);
    expect(told.code).toBe(1);
    for (const part of ['AMALUR_SILO_UNAVAILABLE', 'integration.joins[0].table', '--silo depot'])
      expect(told.stderr).toContain(part);
    await nothingIsLeft();
  });
});

describe('a broken configuration is refused before anything is started', () => {
  test.each(brokenConfigs)('$what', async ({ text, code, field, suggestion }) => {
    const folder = path.join(shop.folder, 'configuration');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    await writeFile(path.join(folder, 'amalur.config.yaml'), text);
    for (const command of [['up'], ['tables', '--config', '.']]) {
      const { code: exit, stderr } = await amalur(folder, command);
      expect(exit).toBe(1);
      expect(stderr).toContain(code);
      if (field !== undefined) expect(stderr.split('\n')).toContain(`  field       ${field}`);
      expect(stderr).toMatch(suggestion);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
    expect(await readdir(folder)).toEqual(['amalur.config.yaml']);
  });
});

describe('what is odd but legal', () => {
  test('columns that are NULL, constant or of too many values are left out, and the plan says so', async () => {
    const { resolved } = await shop.client.plan(visitsJob);
    const reasons = Object.fromEntries(resolved.leftOut.map(({ column, reason }) => [column, reason]));
    expect(reasons).toMatchObject({
      'shop.visits.never': 'NULL in every row',
      'shop.visits.constant': 'the same value in every row',
      'shop.visits.words': expect.stringMatching(/400 distinct values/) as string,
      'shop.visits.spelt': expect.stringMatching(/350 distinct values/) as string,
    });
  });

  test('a category with more values than maxLevels is used when the job names it', async () => {
    const features: JobInput['features'] = {
      include: ['shop.visits.minutes', 'shop.visits.spelt'],
      encode: { 'shop.visits.spelt': 'categorical' },
    };
    const job = { ...visitsJob, name: 'many-levels', features };
    const result = await (await shop.client.train(job)).result();
    expect(result.stopped).toBe('converged');
  });

  test('an inner join that keeps half of the rows trains on half of the rows', async () => {
    const integration: JobInput['integration'] = {
      scenario: 'inner',
      joins: [{ table: 'shop.some', on: ['visit'] }],
    };
    for (const strategy of ['materialize', 'factorize'] as const) {
      const job = { ...visitsJob, name: 'half', integration, strategy };
      const { rows } = await (await shop.client.train(job)).result();
      expect(rows.train + rows.test).toBe(200);
    }
  });

  test('two runs of one job at once make two versions of one model', async () => {
    const job = { ...soundJob, name: 'twice' };
    const runs = await Promise.all([shop.client.train(job), shop.client.train(job)]);
    const [one, two] = await Promise.all(runs.map((run) => run.result()));
    expect([one?.model.version, two?.model.version].sort()).toEqual([1, 2]);
    expect(one?.jobHash).toBe(two?.jobHash);
    expect(one?.metrics).toEqual(two?.metrics);
  });

  test('a second run of an id that is running is refused', async () => {
    const job = { ...soundJob, name: 'same-id' };
    const first = await shop.client.train(job, { id: 'the-one' });
    await expect(shop.client.train(job, { id: 'the-one' })).rejects.toMatchObject({
      code: 'AMALUR_DUPLICATE_NAME',
      field: 'id',
    });
    await first.result();
  });
});

describe('an inference that cannot be made', () => {
  const model = 'sound';

  beforeAll(async () => {
    await mkdir(shop.config.predictions, { recursive: true });
    await writeFile(path.join(shop.config.predictions, 'file.csv'), '');
  });

  test.each([
    [
      'a model that is not there',
      { model: 'sounds' },
      'AMALUR_UNKNOWN_MODEL',
      'model',
      /did you mean sound\?/,
    ],
    ['a version that is not there', { model: 'sound@9' }, 'AMALUR_UNKNOWN_MODEL', 'model', /sound/],
    [
      'a field that does not exist',
      { model, stratgy: 'factorize' },
      'AMALUR_UNKNOWN_FIELD',
      'stratgy',
      /strategy/,
    ],
    [
      'a strategy that does not exist',
      { model, strategy: 'federate' },
      'AMALUR_INVALID_JOB',
      'strategy',
      /factorize/,
    ],
    ['a file of another kind', { model, output: 'scores.xlsx' }, 'AMALUR_INVALID_JOB', 'output', /csv/],
    [
      'a file below a file',
      { model, output: 'file.csv/scores.csv' },
      'AMALUR_OUTPUT_UNWRITABLE',
      'output',
      /folder/,
    ],
    [
      'a file outside the folder of predictions',
      { model, output: '/tmp/scores.csv' },
      'AMALUR_INVALID_JOB',
      'output',
      /within the folder/,
    ],
    [
      'a file above the folder of predictions',
      { model, output: 'a/../../scores.csv' },
      'AMALUR_INVALID_JOB',
      'output',
      /within the folder/,
    ],
    ['nothing', undefined, 'AMALUR_INVALID_JOB', undefined, /object/],
  ])('%s', async (_what, request, code, field, suggestion) => {
    const { id, type, report, seconds } = await failureOf('runInference', request);
    expect(type).toBe(code);
    expect(report.field).toBe(field);
    expect(`${report.message} ${report.suggestion ?? ''}`).toMatch(suggestion);
    expect(seconds).toBeLessThan(SECONDS);
    const { run } = await shop.client.ask({ about: 'run', run: id });
    expect(run).toMatchObject({ status: 'failed', error: report });
    await nothingIsLeft();
  });

  test('is told on the command line', async () => {
    const { code, stderr } = await amalur(shop.folder, ['predict', 'sound', '-o', '/proc/scores.csv']);
    expect(code).toBe(1);
    expect(stderr).toContain('AMALUR_OUTPUT_UNWRITABLE');
    expect(stderr).toContain('field       output');
  });
});

describe('a workflow that is started with something else than its object', () => {
  test.each([
    ['trainModel', 'nothing', []],
    ['trainModel', 'a job that is quoted as a text', ['{"name": "quoted"}']],
    ['trainModel', 'a list', [[soundJob]]],
    ['trainModel', 'two objects', [soundJob, soundJob]],
    ['planTraining', 'null', [null]],
    ['registerSilo', 'nothing', []],
    ['registerSilo', 'a text', ['shop']],
    ['readCatalog', 'nothing', []],
    ['readCatalog', 'a limit that is no number', [{ about: 'runs', limit: 'many' }]],
    ['readCatalog', 'a run that is not named', [{ about: 'run' }]],
  ])('%s with %s', async (workflow, _what, args) => {
    const { type, report } = await failureOf(workflow, ...args);
    expect(type).toMatch(/^AMALUR_(INVALID_JOB|WRONG_TYPE)$/);
    expect(report.message).toMatch(/object|required|one argument/);
    await nothingIsLeft();
  });
});

test('predictions for rows whose labels are not known yet, and that match nothing, are made by the model of before', async () => {
  const visits = path.join(shop.folder, 'data', 'visits.csv');
  const job: JobInput = {
    ...visitsJob,
    name: 'foresight',
    integration: { scenario: 'left', joins: [{ table: 'shop.some', on: ['visit'] }] },
    features: { include: ['shop.visits.minutes', 'shop.some.weight'] },
  };
  await (await shop.client.train(job)).result();
  await writeFile(
    visits,
    'visit,day,half,minutes,outcome,never,constant,words,spelt,silent\n900,1,0,2.5,,,,,,\n901,1,1,3,,,,,,\n',
  );
  for (const strategy of ['materialize', 'factorize'] as const) {
    const result = await (await shop.client.predict({ model: 'foresight', strategy })).result();
    expect(result.rows).toBe(2);
  }
});
