import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GarbageResult } from '../../client/index.js';
import { amalur, type Finished } from '../support/command.js';
import { openDuckDB } from '../support/duckdb.js';
import { scoreWithOnnx } from '../support/onnx.js';
import { processesNaming } from '../support/processes.js';

// The way of somebody who begins: every command as a process of its own, in a folder that `amalur init` has made.
const cli = fileURLToPath(new URL('../../dist/client/cli/main.js', import.meta.url));
let folder = '';
let up: ChildProcess;

async function succeed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await amalur(folder, args);
  expect(stderr + stdout).not.toContain('    at ');
  expect(code, stderr).toBe(0);
  return stdout;
}

async function json<T>(...args: string[]): Promise<T> {
  return JSON.parse(await succeed(...args, '--json')) as T;
}

function processes(): string[] {
  return processesNaming(folder);
}

function startUp(): ChildProcess {
  return spawn(process.execPath, [cli, 'up'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function untilReady(child: ChildProcess): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (text: Buffer): void => {
      said += text.toString();
      if (said.includes('Ready.')) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', () => {
      reject(new Error(`amalur up ended: ${said}`));
    });
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur cli '));
  await succeed('init');
  up = startUp();
  await untilReady(up);
}, 120_000);

afterAll(async () => {
  if (up.exitCode === null && up.signalCode === null) {
    const gone = once(up, 'exit');
    up.kill('SIGINT');
    await gone;
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}, 60_000);

describe('the command line', () => {
  test('init overwrites nothing', async () => {
    const { code, stderr } = await amalur(folder, ['init']);
    expect(code).toBe(1);
    expect(stderr).toContain('AMALUR_DUPLICATE_NAME');
  });

  test('a second installation in the folder is refused, and the first one lives on', async () => {
    const { code, stderr } = await amalur(folder, ['up']);
    expect(code).toBe(1);
    expect(stderr).toContain('an installation is up');
    expect(up.exitCode).toBeNull();
  });

  test('tables, plan, train, predict, runs and models follow one another', async () => {
    expect(await succeed('tables')).toMatch(/shop\.orders +400/);
    expect(await succeed('tables', 'shop.orders')).toContain('delivery_days');
    const { plan } = await json<{ plan: { chosen: string } }>('plan', 'returns.json');
    const trained = await json<{ run: string; strategy: string; jobHash: string }>('train', 'returns.json');
    expect(plan.chosen).toContain(trained.strategy);
    const predicted = await json<{ file: string; rows: number }>(
      'predict',
      'returns',
      '--output',
      'scores.csv',
    );
    expect(predicted.rows).toBe(400);
    expect(readFileSync(join(folder, 'scores.csv'), 'utf8').trim().split('\n')).toHaveLength(401);
    const report = await json<{ file: string }>('report', trained.run, '-o', 'returns.html');
    expect(readFileSync(report.file, 'utf8')).toContain(`training run ${trained.run}`);
    const nowhere = await amalur(folder, ['report', trained.run, '-o', 'no-such-folder/a.html']);
    expect(nowhere.stderr).toContain('AMALUR_OUTPUT_UNWRITABLE');
    const detail = await succeed('runs', trained.run);
    for (const part of [
      trained.jobHash,
      'predicted',
      'left the silo',
      'loss by round',
      '95.0 % interval of test',
      'silo permuted',
    ])
      expect(detail).toContain(part);
    expect(await succeed('models')).toContain('returns@1');
    expect(await succeed('models', 'returns')).toContain('crm.customers');
  });

  test('a model that was exported predicts the same from raw cells in an ONNX runtime', async () => {
    const { file } = await json<{ file: string }>('export', 'returns', '-o', 'returns.onnx');
    const { query, close } = await openDuckDB();
    const table = (name: string) => `read_csv('${join(folder, 'data', name)}.csv', all_varchar = true)`;
    const from = `${table('orders')} orders
      LEFT JOIN ${table('customers')} customers USING (customer_id)
      LEFT JOIN ${table('products')} products ON product = sku ORDER BY order_id`;
    const found = await scoreWithOnnx(
      readFileSync(file),
      query,
      from,
      (input) => {
        const [, name = '', column = ''] = input.split('.');
        if (column === 'month') return 'month(CAST(ordered_on AS DATE))';
        const cell = `"${name}"."${column}"`;
        return `CASE ${cell} WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE ${cell} END`;
      },
      'prediction',
    );
    const scores = `read_csv('${join(folder, 'scores.csv')}')`;
    const expected = await query(`SELECT prediction FROM ${scores} ORDER BY order_id`);
    close();
    expect(found).toHaveLength(400);
    expected.forEach(([value], row) => expect(found[row]).toBeCloseTo(Number(value), 12));
    const nowhere = await amalur(folder, ['export', 'returns', '-o', 'returns.pmml']);
    expect(nowhere.stderr).toContain('AMALUR_');
    const noNetwork = await amalur(folder, ['export', 'returns', '-o', 'returns-tfjs']);
    expect(noNetwork.stderr).toContain('AMALUR_NOT_EXPORTABLE');
    expect(await readdir(folder)).not.toContain('returns-tfjs');
  });

  test('a model that was exported predicts the same to the bit in another installation', async () => {
    const file = join(folder, 'returns.amalur');
    await succeed('export', 'returns', '-o', file);
    const there = await mkdtemp(join(tmpdir(), 'amalur elsewhere '));
    await amalur(there, ['init']);
    const other = spawn(process.execPath, [cli, 'up'], { cwd: there, stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      await untilReady(other);
      const told = async (...args: string[]): Promise<unknown> =>
        JSON.parse((await amalur(there, [...args, '--json'])).stdout);
      const first = { name: 'returns', version: 1 };
      expect(await told('import', file)).toMatchObject({ model: first, known: false, origin: 'returns@1' });
      expect(await told('import', file)).toMatchObject({ model: first, known: true });
      await told('predict', 'returns', '-o', 'scores.csv');
      const scores = (place: string) => readFileSync(join(place, 'scores.csv'), 'utf8');
      expect(scores(there)).toBe(scores(folder));
    } finally {
      const gone = once(other, 'exit');
      other.kill('SIGINT');
      await gone;
      await rm(there, { recursive: true, force: true, maxRetries: 5 });
    }
  }, 120_000);

  test('a detached run can be watched afterwards', async () => {
    const { run } = await json<{ run: string }>('train', 'delivery.json', '--detach');
    const { model } = await json<{ model: { name: string } }>('runs', run, '--follow');
    expect(model.name).toBe('delivery');
  });

  test('a training is paused, given other limits, resumed and stopped; what makes no sense is refused, in JSON too', async () => {
    const job = JSON.parse(readFileSync(join(folder, 'order-patterns.json'), 'utf8')) as object;
    // Its error falls by next to nothing for thousands of rounds.
    const model = { type: 'nmf', rank: 3, seed: 7, tolerance: 0, maxRounds: 100_000 };
    writeFileSync(
      join(folder, 'long.json'),
      JSON.stringify({ ...job, name: 'long', model, strategy: 'federate' }),
    );
    const { run } = await json<{ run: string }>('train', 'long.json', '--detach');
    const steered = (...options: string[]) => json<{ asked: unknown }>('runs', run, ...options);
    const refused = async (...args: string[]) => {
      const { code, stdout, stderr } = await amalur(folder, [...args, '--json']);
      expect(stdout).toBe('');
      // Who watches a run is told more before.
      const [last = ''] = stderr.trimEnd().split('\n').slice(-1);
      const { error } = JSON.parse(last) as { error: { code: string; field?: string } };
      return { exit: code, code: error.code, field: error.field };
    };
    expect(await steered('--pause')).toEqual({ run, asked: 'pause' });
    expect((await refused('runs', run, '--pause')).code).toBe('AMALUR_NOT_STEERABLE');
    const wrong = await refused('runs', run, '--max-rounds', '1.5');
    expect(wrong).toEqual({ exit: 1, code: 'AMALUR_WRONG_TYPE', field: 'maxRounds' });
    await steered('--tolerance', '1e-299', '--max-rounds', '90000');
    expect((await refused('train', '--resume-from', run)).code).toBe('AMALUR_NOT_RESUMABLE');
    await steered('--resume');
    await steered('--stop');
    const { stopped } = await json<Record<string, string>>('runs', run, '--follow');
    expect(stopped).toBe('stopped-early');
    const over = { exit: 1, code: 'AMALUR_NOT_STEERABLE', field: undefined };
    expect(await refused('runs', run, '--stop')).toEqual(over);
    expect(await refused('runs', 'no-such-run', '--pause')).toMatchObject({
      exit: 1,
      code: 'AMALUR_UNKNOWN_RUN',
    });
    expect((await refused('train', '--resume-from', 'no-such-run')).code).toBe('AMALUR_UNKNOWN_RUN');
  }, 120_000);

  test('a schedule is created, triggered, listed and deleted', async () => {
    await succeed('schedule', 'create', 'returns.json', '--cron', '0 3 * * 1', '--id', 'weekly');
    await succeed('schedule', 'trigger', 'weekly');
    let lastRun: string | null = null;
    for (let tries = 0; lastRun === null && tries < 40; tries++) {
      await sleep(250);
      const [schedule] = await json<{ id: string; cron: string; lastRun: string | null }[]>(
        'schedule',
        'list',
      );
      expect(schedule?.cron ?? '0 3 * * 1').toBe('0 3 * * 1');
      lastRun = schedule?.lastRun ?? null;
    }
    expect(lastRun).toContain('train-returns-scheduled');
    const { rounds } = await json<{ rounds: number }>('runs', String(lastRun), '--follow');
    expect(rounds).toBeGreaterThan(0);
    await succeed('schedule', 'delete', 'weekly');
    const unknown = await amalur(folder, ['schedule', 'trigger', 'weekly', '--json']);
    expect([unknown.code, unknown.stdout]).toEqual([1, '']);
    expect(JSON.parse(unknown.stderr)).toMatchObject({ error: { code: 'AMALUR_UNKNOWN_RUN' } });
  });

  test('doctor finds everything in order', async () => {
    const findings = await json<{ name: string; ok: boolean }[]>('doctor');
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
  });

  test('garbage is collected, and a model predicts as before', async () => {
    const state = join(folder, '.amalur');
    const files = () =>
      [join(state, 'exchange'), join(state, 'silos'), join(state, 'aggregator')]
        .filter((store) => existsSync(store))
        .flatMap((store) => readdirSync(store, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
    await succeed('predict', 'returns', '--output', 'before.csv');
    const longAgo = new Date(Date.now() - 3 * 86_400_000);
    for (const file of files()) utimesSync(file, longAgo, longAgo);
    const there = files().length;
    const would = await json<GarbageResult>('gc', '--keep-runs', '0h', '--dry-run');
    const count = ({ stores }: GarbageResult) =>
      stores.reduce((sum, { blobs, records }) => sum + blobs.freed + records.freed, 0);
    expect(would.silent).toEqual([]);
    expect(would.stores.map(({ store }) => store)).toContain('exchange');
    expect(count(would)).toBeGreaterThan(10);
    expect(files().length).toBeGreaterThanOrEqual(there);
    // What a killed process has left is taken too, once it is old.
    const left = join(state, 'exchange', 'temporary', '1-left');
    writeFileSync(left, 'half');
    utimesSync(left, longAgo, longAgo);
    const did = await json<GarbageResult>('gc', '--keep-runs', '0h');
    expect(did.stores.find(({ store }) => store === 'exchange')?.unfinished).toBe(1);
    expect(existsSync(left)).toBe(false);
    expect(count(did)).toBe(count(would));
    expect(files().length).toBeLessThanOrEqual(there - count(did) + 20);
    await succeed('predict', 'returns', '--output', 'after.csv');
    const [before, after] = ['before.csv', 'after.csv'].map((name) =>
      readFileSync(join(folder, name), 'utf8'),
    );
    expect(after).toBe(before);
    const wrong = await amalur(folder, ['gc', '--keep-runs', 'soon']);
    expect(wrong.stderr).toContain('AMALUR_INVALID_JOB');
  });

  test('mistakes are told without a stack and with the right exit code', async () => {
    const told = async (...args: string[]): Promise<Finished> => {
      const finished = await amalur(folder, args);
      expect(finished.stderr).not.toContain('    at ');
      return finished;
    };
    writeFileSync(join(folder, 'broken.json'), '{\n  "name": "x",\n}');
    expect(await told('train', 'broken.json')).toMatchObject({ code: 1 });
    expect((await told('train', 'broken.json')).stderr).toContain('line 3, column 1');
    expect((await told('train', 'nowhere.json')).stderr).toContain('AMALUR_INVALID_JOB');
    expect((await told('models', 'retruns')).stderr).toContain('AMALUR_UNKNOWN_MODEL');
    expect((await told('runs', 'no-such-run')).stderr).toContain('AMALUR_UNKNOWN_RUN');
    expect((await told('worker', 'silo', '--silo', 'shpo')).stderr).toContain('did you mean shop?');
    const broken = await told('schedule', 'create', 'returns.json', '--cron', 'daily');
    expect(broken).toMatchObject({ code: 1 });
    expect(broken.stderr).toContain('AMALUR_INVALID_JOB');
    expect((await told('runs', '--follow')).code).toBe(2);
    expect((await told('trian')).code).toBe(2);
    expect(JSON.parse((await told('trian', '--json')).stderr)).toMatchObject({
      error: { code: 'AMALUR_WRONG_USAGE', field: 'trian' },
    });
    expect((await told('train')).code).toBe(2);
    expect((await told('runs', '--limit', 'many')).code).toBe(2);
    const elsewhere = await amalur(folder, ['runs'], { TEMPORAL_ADDRESS: '127.0.0.1:9' });
    expect(elsewhere).toMatchObject({ code: 1 });
    expect(elsewhere.stderr).toContain('AMALUR_SERVER_UNREACHABLE');
  });

  test('killed with -9 it leaves no process behind, and goes on where it was', async () => {
    expect(processes().length).toBeGreaterThan(5);
    up.kill('SIGKILL');
    for (let tries = 0; processes().length > 0 && tries < 75; tries++) await sleep(200);
    expect(processes()).toEqual([]);
    expect((await amalur(folder, ['doctor'])).code).toBe(1);
    up = startUp();
    await untilReady(up);
    expect(await succeed('models')).toContain('returns@1');
  }, 120_000);

  test('Ctrl-C stops everything', async () => {
    const gone = once(up, 'exit');
    up.kill('SIGINT');
    expect(await gone).toEqual([0, null]);
    expect(processes()).toEqual([]);
    expect(existsSync(join(folder, '.amalur', 'up.json'))).toBe(false);
  }, 60_000);
});
