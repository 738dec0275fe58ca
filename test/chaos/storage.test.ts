import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Libsql from 'libsql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { long, OUTAGE_SECONDS } from '../support/chaos-scale.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import {
  expectUndisturbed,
  hangIn,
  midway,
  outcomeOf,
  startLong,
  type Outcome,
} from '../support/long-training.js';
import { SmallDisk } from '../support/small-disk.js';
import { computePid, until, workerPid } from '../support/worker-processes.js';

// Disks that fill up or damage what they hold, sources that go, a catalog that is locked. The customers' silo has a small disk.

let shop: TestInstallation;
let disk: SmallDisk | undefined;
let undisturbed: Outcome;

const storeOf = (silo: string) => shop.config.silos.find(({ name }) => name === silo)!.store;

beforeAll(async () => {
  shop = await installExample('orders', async (folder) => {
    disk = SmallDisk.mount(path.join(folder, 'small-disk'), 32);
    const file = path.join(folder, 'amalur.config.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('  crm:\n', '  crm:\n    store: small-disk/store\n'));
  });
  undisturbed = await outcomeOf(shop, await startLong(shop));
}, 120_000);
afterAll(async () => {
  await shop.stop();
  disk?.unmount();
  await shop.remove();
});

test('a training whose silo has no room left on its disk goes on when there is some, to the same model', async ({
  skip,
}) => {
  const small = disk ?? skip('only root may mount a small disk: a full disk is NOT tested here');
  const run = await midway(shop);
  const child = await hangIn(shop, 'crm', run);
  await small.fill();
  process.kill(child, 'SIGCONT');
  await until('a step that finds no room', async () => {
    const { raw } = await shop.client.temporal.workflow.getHandle(run.id).describe();
    const failures = (raw.pendingActivities ?? []).map(({ lastFailure }) => lastFailure?.message ?? '');
    return failures.some((message) => message.includes('ENOSPC')) ? true : undefined;
  });
  await small.makeRoom();
  await expectUndisturbed(shop, run, undisturbed);
  expect(await readdir(path.join(storeOf('crm'), 'temporary')), 'nothing half written is left').toEqual([]);
});

describe('a training whose stored state is damaged ends with a clear error and no model, and can be run again', () => {
  test.each(['blobs', 'records'])('where its %s are', async (kind) => {
    const run = await midway(shop);
    const child = await hangIn(shop, 'crm', run);
    const models = (await shop.client.ask({ about: 'models' })).models!.length;
    await damage(path.join(storeOf('crm'), kind));
    // With the memory goes the state: it has to be read again.
    process.kill(child, 'SIGKILL');
    await expect(run.result()).rejects.toMatchObject({ code: 'AMALUR_BLOB_CORRUPT' });
    expect((await shop.client.ask({ about: 'models' })).models).toHaveLength(models);
    await expectUndisturbed(shop, await startLong(shop), undisturbed);
  });
});

test('a training that has read its tables needs the source no more; without it none begins', async () => {
  const file = path.join(shop.folder, 'data', 'customers.csv');
  const run = await midway(shop);
  await rename(file, `${file}.gone`);
  process.kill(workerPid(shop, { role: 'silo', silo: 'crm' })!, 'SIGKILL');
  await expectUndisturbed(shop, run, undisturbed);
  await expect((await startLong(shop)).result()).rejects.toMatchObject({ code: 'AMALUR_SOURCE_MISSING' });
  await rename(`${file}.gone`, file);
  await expectUndisturbed(shop, await startLong(shop), undisturbed);
});

test(
  `a training whose catalog is locked for ${String(OUTAGE_SECONDS)} s waits, and gives the same model`,
  async () => {
    const lock = new Libsql(shop.config.catalogUrl.slice('file:'.length));
    lock.exec('BEGIN IMMEDIATE');
    const run = await startLong(shop);
    await sleep(OUTAGE_SECONDS * 1000);
    lock.exec('ROLLBACK');
    lock.close();
    await expectUndisturbed(shop, run, undisturbed);
    expect((await shop.client.ask({ about: 'run', run: run.id })).run).toMatchObject({ status: 'completed' });
  },
  long ? 240_000 : 90_000,
);

test('a training whose catalog is locked when it ends is recorded all the same', async () => {
  const run = await midway(shop);
  expect(computePid(shop, 'crm')).toBeDefined();
  const lock = new Libsql(shop.config.catalogUrl.slice('file:'.length));
  lock.exec('BEGIN IMMEDIATE');
  await until('its end', async () =>
    (await run.progress()).round >= undisturbed.result.rounds ? true : undefined,
  );
  await sleep(3_000);
  lock.exec('ROLLBACK');
  lock.close();
  await expectUndisturbed(shop, run, undisturbed);
  expect((await shop.client.ask({ about: 'run', run: run.id })).run).toMatchObject({ status: 'completed' });
});

/** Changes the last byte of every file below a folder. */
async function damage(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    const bytes = await readFile(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(file, bytes);
  }
}
