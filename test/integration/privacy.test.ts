import { appendFile, cp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AmalurError, TrainingResult } from '../../client/index.js';
import { keyTokens } from '../../core/integration/key-tokens.js';
import type { JobInput } from '../../core/job/schema.js';
import { sha256, type Json } from '../../core/json.js';
import { CANARIES, canariesIn, filesIn, plantCanaries } from '../support/canaries.js';
import {
  allHistories,
  blobRefsIn,
  historyOf,
  payloadSizes,
  payloadsOf,
  textOf,
} from '../support/histories.js';
import { freePorts, namesIn, namesInDashboard } from '../support/metrics.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf, referenceOf, trained } from '../support/jobs.js';
import { orderRows } from '../support/order-rows.js';
import { serveProcess } from '../support/served-process.js';
import { readBlob, readModel } from '../support/stored-model.js';

let shop: TestInstallation;
let ports: { metricsPort: number; healthPort: number };
const federated: TrainingResult[] = [];
/** A model that began at the parameters of another, and what a server of it has said: of the orders, and besides. */
let warm: { lines: string[]; pages: string[]; written: string };

beforeAll(async () => {
  ports = { metricsPort: await freePorts(10), healthPort: 0 };
  ports.healthPort = ports.metricsPort + 5;
  shop = await installExample('orders', plantCanaries, ports);
  // First of all, so that what lies in the exchange and in the stores is from federate alone.
  for (const job of ['returns', 'delivery'])
    federated.push(await trained(shop, jobOf(shop, job, { strategy: 'federate' })));
  for (const model of ['returns', 'delivery']) await (await shop.client.predict({ model })).result();
  // It begins at parameters that the silos keep, and is served under a secret.
  const change = { name: 'warm', strategy: 'federate', warmStart: 'returns' } as const;
  federated.push(await trained(shop, jobOf(shop, 'returns', change)));
  warm = await served('warm@1');
}, 120_000);
afterAll(() => shop.remove());

describe('after federated trainings and predictions', () => {
  test('the exchange has only known kinds of blobs: no part of the model, no key, no label, no row of the base table', async () => {
    const histories = await allHistories(shop);
    // Of messages of rounds only the first and the last of a segment are in a history; all are records in the exchange.
    const messages = await messagesIn(path.join(shop.config.exchange, 'records'));
    expect(messages.length).toBeGreaterThan(100);
    for (const message of messages) {
      for (const name of Object.keys(message)) expect(MESSAGE).toContain(name);
      expect(message.execution).toMatch(/^[0-9a-f-]{36}$/);
      expect(Object.values(message.cost ?? {}).every((one) => typeof one === 'number')).toBe(true);
    }
    const told = [...histories.flatMap(({ history }) => payloadsOf(history)), ...messages];
    const refs = told.flatMap(blobRefsIn);
    const travelled = new Map(
      refs.filter(({ home }) => home === 'exchange').map((ref) => [ref.sha256, ref] as const),
    );
    // The exchange has what the messages name, what shows that it can be written, and nothing else that nobody speaks of.
    const blobs = await filesIn(path.join(shop.config.exchange, 'blobs'));
    const spoken = blobs.map((file) => path.basename(file)).filter((name) => name !== sha256('amalur'));
    expect(spoken.sort()).toEqual([...travelled.keys()].sort());

    const theta = await parametersOf(federated);
    const keys = await keysOf(shop);
    const baseLengths = [
      406,
      ...federated.flatMap(({ rows: { train, test } }) => [train, test, train + test]),
    ];
    const kinds = new Set<string>();
    for (const ref of travelled.values()) {
      const where = `a blob of kind ${ref.kind}`;
      kinds.add(ref.kind);
      const { json, tensors } = await readBlob(shop, ref);
      for (const name of [...Object.keys(tensors), ...Object.keys(json as object)])
        expect(ALLOWED[ref.kind]?.includes(name), `${name} in ${where}`).toBe(true);
      expect(textsIn(json), `texts in ${where}`).toEqual([]);
      for (const [name, { data, shape }] of Object.entries(tensors)) {
        expect(baseLengths, `rows of ${name} in ${where}`).not.toContain(shape[0]);
        if (data instanceof Uint8Array) {
          const content = Buffer.from(data).toString('latin1');
          // In clear, or hashed without the secret: whoever knows what keys look like could try them all.
          const found = keys.filter((key) => content.includes(key) || content.includes(plainToken(key)));
          expect(found, `keys in ${name} of ${where}`).toEqual([]);
        } else {
          const values = new Set<number>(data);
          expect(
            theta.filter((value) => values.has(value)),
            `θ in ${name} of ${where}`,
          ).toEqual([]);
          const found = keys.filter((key) => /^\d+$/.test(key) && values.has(Number(key)));
          expect(found, `keys in ${name} of ${where}`).toEqual([]);
        }
      }
    }
    expect([...kinds].sort()).toEqual(Object.keys(ALLOWED).sort());
  });

  test('a value of a silo is in its own store, and in no other, nor in the exchange', async () => {
    const { config } = shop;
    for (const [silo, canaries] of Object.entries(CANARIES)) {
      const own = config.silos.find(({ name }) => name === silo)!;
      // Proof that the search would find something: features are kept at home, as levels and as numbers.
      const kept = canariesIn(await contentsOf(own.store), canaries);
      expect(kept.length, `canaries in the store of ${silo} itself`).toBeGreaterThanOrEqual(2);
      expect(kept.some((canary) => typeof canary === 'number')).toBe(true);
      const foreign = config.silos.filter(({ name }) => name !== silo).map(({ store }) => store);
      for (const folder of [config.exchange, path.join(config.stateFolder, 'aggregator'), ...foreign])
        expect(canariesIn(await contentsOf(folder), canaries), `of ${silo} in ${folder}`).toEqual([]);
    }
  });
});

describe('a federated model that is served, and had a warm start', () => {
  test('says of each row what an inference says, and knows a row that has come since under the same secret', async () => {
    expect((await readModel(shop, 'warm@1')).record.resolved.job.warmStart).toBe('returns@1');
    const [, ...written] = warm.written.trim().split('\n');
    expect(written.length).toBeGreaterThan(400);
    expect(warm.lines).toEqual(written);
  });

  test('tells no value of a row on any page, in a refusal or in its log', () => {
    const all = warm.pages.join('\n');
    for (const said of ['amalur_serve_rows_total{outcome="scored"}', '"AMALUR_WRONG_TYPE"', 'prepared anew'])
      expect(all).toContain(said);
    expect(canariesIn([all], Object.values(CANARIES).flat())).toEqual([]);
  });
});

describe('after trainings of every strategy, predictions and runs that failed', () => {
  const codes: string[] = [];
  const fails = async (job: JobInput): Promise<void> => {
    const error = await trained(shop, job).then(
      () => new Error('it did not fail'),
      (reason: unknown) => reason as AmalurError,
    );
    codes.push('code' in error ? error.code : error.message);
  };

  beforeAll(async () => {
    for (const strategy of ['materialize', 'factorize'] as const) {
      for (const name of ['returns', 'delivery']) await trained(shop, jobOf(shop, name, { strategy }));
      await (await shop.client.predict({ model: 'delivery', strategy })).result();
    }
    const model = { type: 'neural-network' as const, hidden: [2], epochs: 1 };
    await trained(shop, jobOf(shop, 'returns', { model }));

    const returns = jobOf(shop, 'returns');
    const label = (change: JobInput['target']['label']) => ({ ...returns.target, label: change });
    await fails({ ...returns, target: label({ column: 'returned', equals: 'perhaps' }) });
    await fails({ ...returns, target: label({ column: 'delivery_days', atLeast: 1e9 }) });
    await fails({ ...returns, target: label({ column: 'delivery_days' }) });
    await fails({ ...returns, features: { encode: { 'crm.customers.segment': 'numeric' } } });
    const byName = { table: 'warehouse.products', on: [{ base: 'note', table: 'name' }] };
    await fails({ ...returns, integration: { joins: [byName] } });

    // Tables that go bad after they have been registered. Each is mended before the next.
    const customers = path.join(shop.folder, 'data', 'customers.csv');
    const products = path.join(shop.folder, 'data', 'products.csv');
    const broken = async (file: string, line: string | undefined, change: Partial<JobInput>) => {
      await cp(file, `${file}.whole`);
      await (line === undefined ? rm(file) : appendFile(file, `${line}\n`));
      await fails({ ...returns, ...change });
      await cp(`${file}.whole`, file);
    };
    const [federate, materialize] = [{ strategy: 'federate' }, { strategy: 'materialize' }] as const;
    const numeric = { encode: { 'crm.customers.birth_year': 'numeric' } } as const;
    await broken(products, 'CANARY-SKU,canaryname,canarycategory,77123.40625,1.5,true,2024', federate);
    await broken(customers, '98413577,canarysegment,"Canaryville,1,2', federate);
    await broken(products, 'CANARY-SKU2,canaryname,1,2,3,4,5,6,7,8', materialize);
    await broken(customers, '7,canarysegment,Canaryville,canarynumber,true,1', { features: numeric });
    await broken(customers, undefined, federate);
  }, 180_000);

  test('the failing runs failed for the reasons meant', () => {
    expect(codes).toEqual([
      'AMALUR_LABEL_ONE_CLASS',
      'AMALUR_LABEL_ONE_CLASS',
      'AMALUR_INVALID_JOB',
      'AMALUR_WRONG_TYPE',
      'AMALUR_EMPTY_JOIN',
      'AMALUR_REPEATED_KEY',
      'AMALUR_SOURCE_UNREADABLE',
      'AMALUR_SOURCE_UNREADABLE',
      'AMALUR_WRONG_TYPE',
      'AMALUR_SOURCE_MISSING',
    ]);
  });

  const all = Object.values(CANARIES).flat();

  test('no value of a row is in any history', async () => {
    const histories = await allHistories(shop);
    expect(histories.length).toBeGreaterThan(20);
    for (const { workflow, history } of histories)
      expect(canariesIn([textOf(history)], all), workflow).toEqual([]);
  });

  test('no value of a row is in the catalog, a log, the database of the server or any other file of the installation', async () => {
    const { stateFolder, exchange, silos } = shop.config;
    const stores = [exchange, path.join(stateFolder, 'aggregator'), ...silos.map(({ store }) => store)];
    const files = (await filesIn(stateFolder)).filter(
      (file) => !stores.some((store) => file.startsWith(`${store}${path.sep}`)),
    );
    const names = files.map((file) => path.relative(stateFolder, file));
    expect(names).toEqual(
      expect.arrayContaining([
        'catalog.db',
        ...['control', 'aggregator', 'silo-shop', 'silo-crm', 'silo-warehouse', 'temporal'].map((log) =>
          path.join('logs', `${log}.log`),
        ),
      ]),
    );
    expect(names.some((name) => /^temporal-.*\.db/.test(name))).toBe(true);
    for (const file of files)
      expect(canariesIn([await readFile(file, 'latin1')], all), path.basename(file)).toEqual([]);
  });

  test('no payload of any history is larger than 64 KiB', async () => {
    const sizes = (await allHistories(shop)).flatMap(({ history }) => payloadSizes(history));
    expect(sizes.length).toBeGreaterThan(1000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64 * 1024);
  });

  test('a value that is in a history, a log or a blob would be found', async () => {
    const workflow = `canary-${String(Date.now())}`;
    await shop.client.temporal.workflow.start('readCatalog', {
      workflowId: workflow,
      taskQueue: 'nobody',
      args: [{ about: 'canarysegment', number: 48215.0625 }],
    });
    // By its id: the server's list of workflows lags behind by a moment.
    const own = await historyOf(shop, workflow);
    expect(canariesIn([textOf(own)], all)).toEqual(['canarysegment', 48215.0625]);
    expect(canariesIn([Buffer.from(Float64Array.of(1, 77123.40625).buffer).toString('latin1')], all)).toEqual(
      [77123.40625],
    );
    await shop.client.temporal.workflow.getHandle(workflow).terminate();
  });
});

describe('who watches the workers', () => {
  const workers = ['control', 'aggregator', 'silo crm', 'silo shop', 'silo warehouse'] as const;
  const pages = (first: number, page: string) =>
    Promise.all(
      workers.map(async (_, at) => (await fetch(`http://127.0.0.1:${String(first + at)}${page}`)).text()),
    );

  test('sees metrics of every one by role and silo, all that the dashboard shows, and no value of a row', async () => {
    const metrics = await pages(ports.metricsPort, '/metrics');
    const order = metrics.map((page) => {
      const [, role, , silo] = /amalur_operations_total\{.*?role="(\w+)"(,silo="(\w+)")?\}/.exec(page) ?? [];
      return silo === undefined ? role : `${String(role)} ${silo}`;
    });
    expect([...order].sort()).toEqual([...workers].sort());
    expect(canariesIn(metrics, Object.values(CANARIES).flat())).toEqual([]);
    const exposed = new Set(metrics.flatMap(namesIn));
    const wanted = await namesInDashboard();
    expect(wanted.length).toBeGreaterThan(10);
    expect(wanted.filter((name) => !exposed.has(name))).toEqual([]);
    // What the metrics of a silo count is what its trainings have sent.
    const all = metrics.join('\n');
    const count = (name: string, labels: string) =>
      [...all.matchAll(new RegExp(`^${name}\\{[^}]*${labels}[^}]*\\} ([0-9.e+]+)$`, 'gm'))].reduce(
        (sum, [, value]) => sum + Number(value),
        0,
      );
    const sent = federated.reduce((sum, { bytesOut }) => sum + bytesOut['crm']!, 0);
    expect(sent).toBeGreaterThan(0);
    expect(count('amalur_bytes_out_total', 'silo="crm"')).toBeGreaterThan(sent);
    const { runs } = await shop.client.ask({ about: 'runs', limit: 100 });
    const ask = async (run: string) => (await shop.client.ask({ about: 'run', run })).run?.facts?.rounds ?? 0;
    const trainings = runs!.filter(({ kind }) => kind === 'training');
    const rounds = (await Promise.all(trainings.map(({ run }) => ask(run)))).reduce((sum, one) => sum + one);
    expect(count('amalur_rounds_total', 'strategy=')).toBe(rounds);
    expect(count('amalur_steps_total', 'kind="made"')).toBeGreaterThan(rounds / 2);
    expect(count('amalur_runs_total', 'outcome="failed"')).toBe(10);
  });

  test('is told that every one lives and is ready', async () => {
    for (const page of await pages(ports.healthPort, '/healthz'))
      expect(JSON.parse(page)).toEqual({ healthy: true });
    for (const page of await pages(ports.healthPort, '/readyz'))
      expect(JSON.parse(page)).toMatchObject({ ready: true });
  });

  test('reads logs in which every line is JSON and says who, and those of a run which', async () => {
    const logs = path.join(shop.config.stateFolder, 'logs');
    const { execution, run } = federated[0] as TrainingResult;
    for (const worker of workers) {
      const text = await readFile(path.join(logs, `${worker.replace(' ', '-')}.log`), 'utf8');
      const lines = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      const [role, silo] = worker.split(' ');
      for (const line of lines)
        expect(line).toMatchObject({
          time: expect.any(String),
          level: expect.any(String),
          message: expect.any(String),
          role,
        });
      for (const line of lines) expect(line['silo']).toBe(silo);
      if (worker !== 'aggregator') expect(lines).toContainEqual(expect.objectContaining({ run, execution }));
    }
  });
});

/** Serves a model in the silo of its base table, asks for all rows and for what is refused, and changes a table of another silo. */
async function served(model: string): Promise<typeof warm> {
  const { file } = await (await shop.client.predict({ model, output: 'warm.csv' })).result();
  const server = await serveProcess(shop.folder, [model, '--silo', 'shop', '--refresh', '500ms']);
  const orders = await orderRows(shop.folder);
  const answers = await server.predict(orders.map(({ row }) => row));
  const lines = answers.map(({ predicted }, at) => {
    const { prediction } = predicted as { prediction: number };
    return `${orders[at]?.id ?? ''},${String(prediction)}`;
  });
  await appendFile(
    path.join(shop.folder, 'data', 'customers.csv'),
    '98765432,consumer,Delft,1990,true,1.5\n',
  );
  const newcomer = { ...orders.at(-1)?.row, customer_id: 98765432 };
  const unmatched = async () => (await server.predict([newcomer]))[0]?.['unmatched'];
  expect(await unmatched()).toEqual(['crm.customers']);
  await vi.waitFor(async () => expect(await unmatched()).toEqual([]), { timeout: 30_000, interval: 200 });
  const pages = await Promise.all([
    ...['{"quantity": "canarychannel"}', '{"channel": "canarychannel'].map((body) => server.answer(body)),
    ...['/v1/model', '/openapi.json', '/ready'].map((page) => server.text(page)),
  ]);
  pages.push(await server.text('/metrics'));
  await server.stop();
  return { lines, pages: [...pages, server.log()], written: await readFile(file, 'utf8') };
}

/** What may travel under federate: names of tensors and of members of the JSON, by kind of blob. */
/** What a message of a round may have: whose it is, where the chain of steps is, references to blobs, and what the step has cost. */
const MESSAGE: readonly string[] = ['execution', 'head', 'down', 'ups', 'cost'];

interface MessageRecord {
  readonly execution: string;
  readonly cost?: Readonly<Record<string, unknown>>;
}

/** Records of the exchange: each is a message of a round, behind its checksum. */
async function messagesIn(folder: string): Promise<MessageRecord[]> {
  const texts = await Promise.all((await filesIn(folder)).map((file) => readFile(file, 'utf8')));
  return texts.map((text) => JSON.parse(text.slice(text.indexOf('\n') + 1)) as MessageRecord);
}

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  counts: ['counts'],
  // Keyed hashes of a dimension's keys, and which row has which; no labels, no split, nothing that names rows.
  link: [
    'rows',
    'identity',
    ...['crm.customers', 'warehouse.products'].flatMap((party) => [
      `key.codes.${party}`,
      `key.tokens.${party}`,
    ]),
  ],
  // Down: of a warm start first that a silo is to begin at what it keeps (`start`: how many columns θ has); the step, and residuals summed by
  // row of the dimension. Up: partial products, dot products (`theta`: of θ with directions).
  message: [
    ...['ask', 'start', 'step', 'residualSum', 'residual'],
    ...['shift', 'offset', 'gradientSquare', 'partial', 'products', 'penalties', 'theta'],
  ],
  scores: ['scores'],
};

async function contentsOf(folder: string): Promise<string[]> {
  return Promise.all((await filesIn(folder)).map((file) => readFile(file, 'latin1')));
}

/** Every parameter but those that regularisation leaves at nothing. */
async function parametersOf(results: readonly TrainingResult[]): Promise<number[]> {
  const models = await Promise.all(results.map((result) => readModel(shop, referenceOf(result))));
  return models
    .flatMap(({ parameters }) => Object.values(parameters).flatMap((columns) => Object.values(columns)))
    .filter((parameter) => parameter !== 0);
}

/** Every order, customer and product by its key. */
async function keysOf({ folder }: TestInstallation): Promise<string[]> {
  const keys = await Promise.all(
    ['orders', 'customers', 'products'].map(async (table) => {
      const csv = await readFile(path.join(folder, 'data', `${table}.csv`), 'utf8');
      return [...csv.matchAll(/^([A-Z0-9-]+),/gm)].map(([, key = '']) => key);
    }),
  );
  expect(keys.flat().length).toBeGreaterThan(500);
  return keys.flat();
}

/** A key's token as it would be without the run's secret. */
function plainToken(key: string): string {
  const { tokens } = keyTokens({ codes: new Int32Array(0), values: [`${key.length}:${key}`] });
  return Buffer.from(tokens).toString('latin1');
}

function textsIn(json: Json): string[] {
  if (typeof json === 'string') return [json];
  return typeof json === 'object' && json !== null ? Object.values(json).flatMap(textsIn) : [];
}
