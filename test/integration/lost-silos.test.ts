import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunHandle, TrainingResult } from '../../client/index.js';
import { localEnvironment } from '../../client/connect.js';
import { pollersOf } from '../../client/local/pollers.js';
import { loadConfig } from '../../core/config/index.js';
import type { JobInput } from '../../core/job/schema.js';
import { hostProbeQueue, hostQueue } from '../../workflows/contracts/hosts.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf } from '../support/jobs.js';
import { midway, outcomeOf, type Outcome } from '../support/long-training.js';
import { readModel } from '../support/stored-model.js';
import { until } from '../support/worker-processes.js';

/** All silos but crm, whose workers the tests start and kill. */
let shop: TestInstallation;
const workers = new Map<string, ChildProcess>();
/** Of the job with all its silos, and of one that never had crm. */
let undisturbed: Outcome;
let alone: Outcome;

beforeAll(async () => {
  const installed = await installExample('orders', async (folder) => {
    const file = path.join(folder, 'amalur.config.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(path.join(folder, 'whole.yaml'), text);
    const { silos, ...rest } = parse(text) as { silos: Record<string, unknown> };
    const { crm: _, ...others } = silos;
    await writeFile(file, stringify({ ...rest, silos: others }));
  });
  shop = { ...installed, config: loadConfig(path.join(installed.folder, 'whole.yaml')) };
  await Promise.all([start('a'), start('b')]);
  await shop.client.registerSilo('crm');
  undisturbed = await outcomeOf(shop, await shop.client.train(job()));
  alone = await outcomeOf(shop, await shop.client.train(jobWithoutCrm()));
}, 120_000);
afterAll(async () => {
  await Promise.all([...workers.keys()].map((host) => kill(host)));
  await shop.remove();
});

/** A training of many rounds: nothing is ever precise enough for it. */
function job(onSiloLost?: JobInput['onSiloLost']): JobInput {
  const model = { type: 'logistic-regression', l2: 0.01, tolerance: 1e-300, maxRounds: 30 } as const;
  const change = { model, strategy: 'federate' } as const;
  return jobOf(shop, 'returns', { ...change, ...(onSiloLost && { onSiloLost }) });
}

function jobWithoutCrm(): JobInput {
  const { integration, ...rest } = job();
  return { ...rest, integration: { ...integration, joins: [integration!.joins![1]!] } };
}

/** Starts a worker of crm, and waits until it takes steps. */
async function start(host: string): Promise<void> {
  const main = fileURLToPath(new URL('../../dist/workers/main.js', import.meta.url));
  const config = path.join(shop.folder, 'whole.yaml');
  const worker = spawn(
    process.execPath,
    [main, 'silo', '--config', config, '--silo', 'crm', '--host', host],
    {
      env: { ...process.env, ...localEnvironment({ address: shop.address, namespace: 'default' }) },
      stdio: 'ignore',
    },
  );
  workers.set(host, worker);
  const queues = [hostQueue('silo.crm', host), hostProbeQueue('silo.crm', host)];
  await until(`the host ${host} asks for work`, async () => {
    const polled = await Promise.all(
      queues.map((queue) => pollersOf(shop.client.temporal, { queue, takes: 'activities', worker: '' })),
    );
    return polled.every((pollers) => pollers.length > 0) ? true : undefined;
  });
}

async function kill(host: string): Promise<void> {
  const worker = workers.get(host);
  workers.delete(host);
  if (!worker) return;
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}

async function hostOfCrm(run: RunHandle<TrainingResult>): Promise<string> {
  return (await run.progress()).hosts!['silo.crm']!;
}

test('a run whose host is killed with -9 goes on at another host of the silo, to the same bits', async () => {
  const run = await midway(shop, job({ policy: 'wait', after: 8 }));
  const first = await hostOfCrm(run);
  await kill(first);
  const { result, bits } = await outcomeOf(shop, run);
  expect(bits).toBe(undisturbed.bits);
  expect(result.rounds).toBe(undisturbed.result.rounds);
  expect(result.skipped).toBeUndefined();
  expect(await hostOfCrm(run)).not.toBe(first);
}, 60_000);

describe('a silo that is lost', () => {
  test('in mid-run is skipped where the job says so: the model is that of a job without it, to the bit', async () => {
    const run = await midway(shop, job({ policy: 'skip', after: 3, quorum: 2 }));
    await Promise.all([...workers.keys()].map(kill));
    const { result, bits } = await outcomeOf(shop, run);
    expect(bits).toBe(alone.bits);
    expect(bits).not.toBe(undisturbed.bits);
    expect(result.metrics).toEqual(alone.result.metrics);
    const skipped = [{ silo: 'crm', since: expect.any(String), phase: 'training' }];
    expect(result.skipped).toEqual(skipped);
    const known = await shop.client.ask({ about: 'run', run: run.id });
    expect(known.run!.facts!.skipped).toEqual(result.skipped);
    expect(known.run!.status).toBe('completed');
  }, 60_000);

  test('at the beginning is skipped likewise, is named in the model, and not needed to use it', async () => {
    const { result, bits } = await outcomeOf(
      shop,
      await shop.client.train(job({ policy: 'skip', after: 2 })),
    );
    expect(bits).toBe(alone.bits);
    expect(result.skipped).toMatchObject([{ silo: 'crm', phase: 'checking silos' }]);
    const reference = `${result.model.name}@${String(result.model.version)}`;
    const { record } = await readModel(shop, reference);
    expect(record.manifest.skipped).toEqual(result.skipped);
    expect(Object.keys(record.manifest.parts).filter((id) => id.startsWith('crm.'))).toEqual([]);
    const predicted = await (await shop.client.predict({ model: reference })).result();
    expect(predicted.rows).toBeGreaterThanOrEqual(result.rows.train + result.rows.test);
  });

  test('ends the run, named with its code, after the time that the job allows; and is not skipped below the quorum', async () => {
    const [failed, below] = await Promise.all([
      codeOf(job({ policy: 'fail', after: 2 })),
      codeOf(job({ policy: 'skip', after: 2, quorum: 3 })),
    ]);
    expect(failed).toMatchObject({
      code: 'AMALUR_SILO_UNAVAILABLE',
      field: 'integration.joins[0].table',
      message: 'silo "crm" has no worker that answers',
    });
    expect(below).toMatchObject({ code: 'AMALUR_SILO_NEEDED', field: 'onSiloLost.quorum' });
  });

  test('is waited for, which the progress tells, and used when its worker comes late', async () => {
    const run = await shop.client.train(job({ policy: 'wait', after: 60 }));
    const seen = await until('it is seen to wait', async () => {
      const { absent = [] } = await run.progress();
      return absent.length > 0 ? absent : undefined;
    });
    expect(seen).toEqual([{ site: 'silo.crm', since: expect.any(String) }]);
    await start('a');
    expect((await outcomeOf(shop, run)).bits).toBe(undisturbed.bits);
    expect((await run.progress()).absent).toEqual([]);
  }, 60_000);
});

async function codeOf(asked: JobInput): Promise<unknown> {
  const run = await shop.client.train(asked);
  return run.result().then(
    () => undefined,
    (error: unknown) => error,
  );
}
