import { randomBytes } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import getPort from 'get-port';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AmalurClient, type TrainingResult } from '../../client/index.js';
import { loadKeys, parseKeys } from '../../workers/codec/keys.js';
import { temporalBinary } from '../../workers/toolchain.js';
import { amalur, cliFile, runProgram } from '../support/command.js';
import { allHistories, payloadSizes, textOf } from '../support/histories.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf } from '../support/jobs.js';
import { until } from '../support/worker-processes.js';

const newKey = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

/** What stands in jobs, plans and results of this installation and in no name that stays in clear. */
const READABLE = [
  'customer_id',
  'logistic-regression',
  'maxRounds',
  'birth_year',
  'predictedSeconds',
  'sha256',
];

let shop: TestInstallation;
let connection: Connection;
let run: string;
let result: TrainingResult;
let codecServer: ChildProcess;
let endpoint: string;

beforeAll(async () => {
  shop = await installExample('orders', async (folder) => {
    await writeFile(path.join(folder, 'codec.keys'), `${newKey('first')}\n`);
    await appendFile(path.join(folder, 'amalur.config.yaml'), '\ncodec:\n  keysFile: codec.keys\n');
  });
  connection = await Connection.connect({ address: shop.address });
  const started = await shop.client.train(jobOf(shop, 'returns', { strategy: 'factorize' }));
  run = started.id;
  result = await started.result();
  const port = await getPort({ host: '127.0.0.1' });
  endpoint = `http://127.0.0.1:${String(port)}`;
  const args = [cliFile, '--config', shop.folder, 'codec-server', '--port', String(port)];
  codecServer = spawn(process.execPath, args, { stdio: 'ignore' });
  await until('the codec server', () =>
    fetch(endpoint).then(
      () => true,
      () => undefined,
    ),
  );
}, 120_000);
afterAll(async () => {
  codecServer.kill('SIGTERM');
  await connection.close();
  await shop.remove();
});

test('no history holds a readable job, plan, reference or result', async () => {
  const histories = await allHistories(shop);
  expect(histories.length).toBeGreaterThanOrEqual(4);
  for (const { workflow, history } of histories) {
    const text = textOf(history);
    expect(payloadSizes(history).length, workflow).toBeGreaterThan(1);
    expect(
      READABLE.filter((word) => text.includes(word)),
      workflow,
    ).toEqual([]);
  }
  // The words are those that a decoded history does hold: the CLI finds them below.
});

test('clients and the command line that have the key read all', async () => {
  expect(result.metrics.test.rows).toBeGreaterThan(0);
  expect((await shop.client.run(run).progress()).phase).toBe('completed');
  const env = { TEMPORAL_ADDRESS: shop.address };
  const { code, stdout } = await amalur(shop.folder, ['--json', 'runs', run], env);
  expect([code, JSON.parse(stdout).run]).toEqual([0, run]);
});

test("Temporal's own command line decodes a history by the codec server, and reads nothing without", async () => {
  const args = ['workflow', 'show', '--workflow-id', run, '--output', 'json', '--address', shop.address];
  const plain = await runProgram(temporalBinary(), args);
  const decoded = await runProgram(temporalBinary(), [...args, '--codec-endpoint', endpoint]);
  expect([plain.code, decoded.code]).toEqual([0, 0]);
  const clear = [...decoded.stdout.matchAll(/"data": ?"([^"]*)"/g)].map(([, data = '']) =>
    Buffer.from(data, 'base64').toString('utf8'),
  );
  const text = [decoded.stdout, ...clear].join('\n');
  expect(READABLE.filter((word) => !text.includes(word))).toEqual([]);
  expect(READABLE.filter((word) => plain.stdout.includes(word))).toEqual([]);
});

test('a client without the key is told so, of what it reads and of what it starts', async () => {
  const none = new AmalurClient({ connection, keys: [] });
  await expect(none.run(run).result()).rejects.toMatchObject({ code: 'AMALUR_CODEC_KEY' });
  const other = new AmalurClient({ connection, keys: parseKeys(newKey('other'), 'test') });
  const started = await other.train(jobOf(shop, 'returns', { strategy: 'factorize' }));
  await expect(started.result()).rejects.toMatchObject({
    code: 'AMALUR_CODEC_KEY',
    message: expect.stringContaining('other'),
  });
  await shop.client.temporal.workflow.getHandle(started.id).terminate();
});

test('a client with a newer key reads what was sealed by the old one', async () => {
  const [first] = loadKeys(shop.config.codec);
  const keys = [...parseKeys(newKey('second'), 'test'), first!];
  expect(await new AmalurClient({ connection, keys }).run(run).result()).toEqual(result);
});
