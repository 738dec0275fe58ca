import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFolderStore, createStores, type Bundle, type Stores } from '../../../core/exchange/index.js';

const bundle: Bundle = { json: { round: 1 }, tensors: { p: { shape: [2, 1], data: Float64Array.of(1, 2) } } };
let folder: string;
let airline: Stores;
let weather: Stores;
let coordinator: Stores;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-stores-'));
  const exchange = createFolderStore(join(folder, 'exchange'));
  const site = (name: string) =>
    createStores({ exchange, site: { name, store: createFolderStore(join(folder, name)) } });
  [airline, weather, coordinator] = [site('airline'), site('weather'), createStores({ exchange })];
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

describe('stores of a site', () => {
  test('what one site puts into the exchange every site gets', async () => {
    const ref = await airline.put('exchange', 'message', bundle);
    expect(ref).toMatchObject({ home: 'exchange', kind: 'message' });
    for (const site of [airline, weather, coordinator]) expect(await site.get(ref)).toEqual(bundle);
  });

  test('what is private to a site no other site can read', async () => {
    const ref = await airline.put('private:airline', 'checkpoint', bundle);
    expect(await airline.get(ref)).toEqual(bundle);
    for (const other of [weather, coordinator]) {
      await expect(other.get(ref)).rejects.toMatchObject({
        code: 'AMALUR_BLOB_MISSING',
        message: expect.stringContaining('private:airline') as string,
      });
    }
  });

  test('a meter counts what is put to the exchange, and only its own view', async () => {
    const metered = airline.withMeter();
    const out = await metered.put('exchange', 'message', bundle);
    const kept = await metered.put('private:airline', 'checkpoint', bundle);
    await metered.get(kept);
    await metered.get(out);
    await airline.put('exchange', 'message', bundle);
    expect(metered.meter).toMatchObject({ bytesOut: out.bytes });
    expect(metered.meter.seconds).toBeGreaterThan(0);
    expect(metered.withMeter().meter).toEqual({ seconds: 0, bytesOut: 0 });
  });
});
