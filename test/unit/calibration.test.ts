import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFolderStore } from '../../core/exchange/folder-store.js';
import { calibrate } from '../../core/planner/calibration.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-calibration-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('measures every rate of a host, all of them plausible', async () => {
  const { rates, cores, memoryBytes } = await calibrate(createFolderStore(folder));
  expect(cores).toBeGreaterThan(0);
  expect(memoryBytes).toBeGreaterThan(2 ** 20);
  for (const [name, rate] of Object.entries(rates)) {
    expect(rate, name).toBeGreaterThan(1e4);
    expect(rate, name).toBeLessThan(1e12);
  }
});
