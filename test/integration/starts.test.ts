import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TrainingResult } from '../../client/index.js';
import { temporalBinary } from '../../workers/toolchain.js';
import { SEARCH_ATTRIBUTES, type RunProgress } from '../../workflows/contracts/results.js';
import { amalur, runProgram, type Finished } from '../support/command.js';
import { historyOf, textOf } from '../support/histories.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf, referenceOf } from '../support/jobs.js';
import { readModel } from '../support/stored-model.js';
import { until } from '../support/worker-processes.js';

let shop: TestInstallation;
/** A job file as a person writes it. */
const FILE = 'job.json';

beforeAll(async () => {
  shop = await installExample('orders');
  await writeFile(
    path.join(shop.folder, FILE),
    JSON.stringify(jobOf(shop, 'returns', { strategy: 'factorize' }), null, 2),
  );
});
afterAll(() => shop.remove());

/** The Temporal command line, as its documentation shows it. */
async function temporal(...args: string[]): Promise<Finished> {
  const finished = await runProgram(temporalBinary(), args, {
    cwd: shop.folder,
    env: { TEMPORAL_ADDRESS: shop.address },
  });
  expect(finished, finished.stderr).toMatchObject({ code: 0 });
  return finished;
}

async function resultOf(workflow: string): Promise<TrainingResult> {
  return shop.client.run<TrainingResult>(workflow).result();
}

/** The run that a schedule has started, once it has. */
function startedBy(schedule: string): Promise<string> {
  return until(`a run of the schedule ${schedule}`, async () => {
    const { info } = await shop.client.temporal.schedule.getHandle(schedule).describe();
    return info.recentActions.at(-1)?.action.workflow.workflowId;
  });
}

/** Posts what the form of the web UI posts, to the server of the UI, with its token against forged requests. */
async function startByForm(workflow: string, input: string): Promise<void> {
  const page = await fetch(`${shop.ui}/`);
  const cookies = page.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] ?? '');
  const token = cookies.find((cookie) => cookie.startsWith('_csrf='))?.slice('_csrf='.length);
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const answer = await fetch(`${shop.ui}/api/v1/namespaces/default/workflows/${workflow}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      cookie: cookies.join('; '),
      ...(token !== undefined && { 'x-csrf-token': token }),
    },
    body: JSON.stringify({
      workflowId: workflow,
      taskQueue: { name: 'amalur' },
      workflowType: { name: 'trainModel' },
      input: { payloads: [{ metadata: { encoding: base64('json/plain') }, data: base64(input) }] },
    }),
  });
  expect(answer.status, await answer.text()).toBe(200);
}

/** Every way to start a job. Each gives the result of its run. */
const WAYS: Readonly<Record<string, () => Promise<TrainingResult>>> = {
  'amalur train': async () => {
    const { code, stdout, stderr } = await amalur(shop.folder, ['train', FILE, '--json']);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as TrainingResult;
  },
  'temporal workflow start': async () => {
    const what = ['--type', 'trainModel', '--task-queue', 'amalur', '--input-file', FILE];
    await temporal('workflow', 'start', ...what, '--workflow-id', 'by-temporal');
    return resultOf('by-temporal');
  },
  "the UI's form": async () => {
    await startByForm('by-form', JSON.stringify(jobOf(shop, 'returns', { strategy: 'factorize' })));
    return resultOf('by-form');
  },
  'amalur schedule': async () => {
    const created = await amalur(shop.folder, [
      ...['schedule', 'create', FILE, '--cron', '0 3 1 1 *', '--id', 'yearly'],
    ]);
    expect(created.code, created.stderr).toBe(0);
    const triggered = await amalur(shop.folder, ['schedule', 'trigger', 'yearly']);
    expect(triggered.code, triggered.stderr).toBe(0);
    return resultOf(await startedBy('yearly'));
  },
  'temporal schedule': async () => {
    const what = ['--type', 'trainModel', '--task-queue', 'amalur', '--input-file', FILE];
    const when = ['--schedule-id', 'yearly-too', '--cron', '0 3 1 1 *', '--workflow-id', 'scheduled'];
    await temporal('schedule', 'create', ...when, ...what);
    await temporal('schedule', 'trigger', '--schedule-id', 'yearly-too');
    return resultOf(await startedBy('yearly-too'));
  },
  'the client library': async () => {
    const run = await shop.client.train(jobOf(shop, 'returns', { strategy: 'factorize' }));
    return run.result();
  },
};

describe('the same job, however it is started', () => {
  const results = new Map<string, TrainingResult>();

  test.each(Object.keys(WAYS))('is trained by %s', async (way) => {
    const result = (await WAYS[way]?.()) as TrainingResult;
    expect(result).toMatchObject({ strategy: 'factorize', stopped: 'converged' });
    results.set(way, result);
  });

  test('has one hash and gives one model, to the bit', async () => {
    expect([...results.keys()]).toEqual(Object.keys(WAYS));
    expect(new Set([...results.values()].map(({ jobHash }) => jobHash)).size).toBe(1);
    expect(new Set([...results.values()].map(({ run }) => run)).size).toBe(results.size);
    const models = await Promise.all([...results.values()].map((one) => readModel(shop, referenceOf(one))));
    expect(new Set(models.map(({ bits }) => bits)).size).toBe(1);
    // The blobs are named by their content, encoders included.
    const blobs = models.map(({ record }) =>
      Object.values(record.manifest.parts).map(({ sha256 }) => sha256),
    );
    expect(new Set(blobs.map((hashes) => hashes.join(' '))).size).toBe(1);
    expect(new Set([...results.values()].map(({ metrics }) => JSON.stringify(metrics))).size).toBe(1);
    expect(models.map(({ record }) => record.version).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('a run shows', () => {
  const seen: RunProgress[] = [];
  let result: TrainingResult;

  beforeAll(async () => {
    const run = await shop.client.train(jobOf(shop, 'returns', { strategy: 'federate' }), { id: 'watched' });
    let over = false;
    const end = run.result().finally(() => (over = true));
    while (!over) seen.push(await run.progress());
    result = await end;
    seen.push(await run.progress());
  });

  test('its progress while it goes on, never backwards', () => {
    const phases = [...new Set(seen.map(({ phase }) => phase))];
    expect(phases).toContain('training');
    expect(phases.at(-1)).toBe('completed');
    const rounds = seen.map(({ round }) => round);
    expect(rounds).toEqual([...rounds].sort((a, b) => a - b));
    expect(rounds.at(-1)).toBe(result.rounds);
    expect(new Set(rounds).size).toBeGreaterThan(3);
    const last = seen.at(-1);
    expect(last).toMatchObject({ strategy: 'federate', site: 'silo.shop' });
    expect(last?.silos.map(({ silo }) => silo)).toEqual(['shop', 'crm', 'warehouse']);
    for (const { silo, bytesOut } of last?.silos ?? []) expect(bytesOut).toBe(result.bytesOut[silo]);
  });

  test('search attributes, by which runs are found', async () => {
    const { typedSearchAttributes } = await shop.client.temporal.workflow.getHandle('watched').describe();
    const attributes = Object.fromEntries(
      typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
    );
    expect(Object.keys(attributes)).toEqual(expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)));
    const { test: measured } = result.metrics;
    expect(attributes).toMatchObject({
      Model: 'returns',
      Strategy: 'federate',
      RunPhase: 'completed',
      Silos: ['shop', 'crm', 'warehouse'],
      BestMetric: 'auc' in measured ? measured.auc : NaN,
      Round: result.rounds,
    });
    const query = 'Model = "returns" AND Strategy = "federate" AND RunPhase = "completed" AND Silos = "crm"';
    const { stdout } = await temporal('workflow', 'list', '--query', query, '--output', 'json');
    const found = JSON.parse(stdout) as { execution: { workflowId: string } }[];
    expect(found.map(({ execution }) => execution.workflowId)).toEqual(['watched']);
  });

  test('a summary and its details as a table', async () => {
    const description = await temporal(
      'workflow',
      'describe',
      '--workflow-id',
      'watched',
      '--output',
      'json',
    );
    expect(description.stdout).toContain('train returns');
    const { stdout } = await temporal('workflow', 'metadata', '--workflow-id', 'watched', '--output', 'json');
    const { queryResult } = JSON.parse(stdout) as { queryResult: { currentDetails: string }[] };
    const currentDetails = queryResult[0]?.currentDetails;
    const { rounds, model } = result;
    expect(currentDetails).toContain(
      `**returns (logistic-regression): completed, round ${rounds} of at most`,
    );
    expect(currentDetails).toContain('| **plan**\u2003| federate, meeting at silo.shop |');
    expect(currentDetails).toContain(`| **model**\u2003| ${model.name}@${String(model.version)} |`);
    expect(currentDetails).toMatch(/^\| silo\s*\| rows\s*\| state\s*\| seconds\s*\| bytes out \|$/m);
    for (const silo of ['shop', 'crm', 'warehouse'])
      expect(currentDetails).toMatch(new RegExp(`^\\| ${silo}\\s*\\| [\\d,]+\\s*\\| finished\\s*\\|`, 'm'));
  });

  test('beside each activity what it is for', async () => {
    const history = await historyOf(shop, 'watched');
    const scheduled = (history.events ?? []).filter((event) => event.activityTaskScheduledEventAttributes);
    const atSites = scheduled.filter(
      ({ activityTaskScheduledEventAttributes: activity }) => activity?.taskQueue?.name !== 'amalur',
    );
    expect(atSites.length).toBeGreaterThan(10);
    for (const event of atSites) expect(textOf({ events: [event] })).toMatch(/"summary":\{/);
    for (const text of ['crm reads its tables', 'match rows', 'round 1', 'evaluate'])
      expect(textOf(history)).toContain(text);
  });
});

test('the turns of a workflow that has a cron of its own are runs of their own', async () => {
  const job = jobOf(shop, 'returns', { name: 'every-second', strategy: 'materialize' });
  const handle = await shop.client.temporal.workflow.start('trainModel', {
    taskQueue: 'amalur',
    workflowId: 'cron',
    args: [job],
    cronSchedule: '@every 1s',
  });
  const versions = await until('two models', async () => {
    const { models = [] } = await shop.client.ask({ about: 'models' });
    const own = models.filter(({ name }) => name === 'every-second');
    return own.length >= 2 ? own : undefined;
  });
  await handle.terminate();
  expect(new Set(versions.map(({ version }) => version)).size).toBe(versions.length);
});
