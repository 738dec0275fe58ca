import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ComputePort } from '../activities/compute/forward.js';
import { hashJson } from '../core/json.js';
import type { HostProfile } from '../core/planner/plan.js';
import { cacheFolder } from './toolchain.js';

// A change of what calibration measures makes older profiles void.
const CALIBRATION = 1;

/** Whoever has the turn for longer has died with it; measuring takes a second. */
const PATIENCE_MS = 10_000;

const known = z.custom<HostProfile>(
  (value) => typeof value === 'object' && value !== null && 'rates' in value,
);

/**
 * What this host can do, measured once for a processor, Node version and number of threads and kept in the cache folder. Workers that start
 * together wait for the first of them: at once they would measure one another.
 */
export async function hostProfile(compute: ComputePort, threads: number): Promise<HostProfile> {
  const folder = path.join(cacheFolder(), 'calibration');
  const host = [
    CALIBRATION,
    cpus()[0]?.model,
    cpus().length,
    process.version,
    ...(threads > 1 ? [threads] : []),
  ];
  const file = path.join(folder, `${hashJson(host).slice(0, 16)}.json`);
  await mkdir(folder, { recursive: true });
  const turn = `${file}.turn`;
  for (let waited = 0; waited < PATIENCE_MS; waited += 250) {
    const kept = await keptProfile(file);
    if (kept) return kept;
    const first = await writeFile(turn, '', { flag: 'wx' }).then(
      () => true,
      () => false,
    );
    if (first) break;
    await sleep(250);
  }
  try {
    const noSignal = new AbortController().signal;
    const measured = known.parse(
      await compute.call('calibrate', {}, { signal: noSignal, onProgress: () => undefined }),
    );
    const partial = `${file}.${process.pid}`;
    await writeFile(partial, JSON.stringify(measured));
    await rename(partial, file);
    return measured;
  } finally {
    await rm(turn, { force: true });
  }
}

function keptProfile(file: string): Promise<HostProfile | undefined> {
  return readFile(file, 'utf8').then(
    (text) => known.parse(JSON.parse(text)),
    () => undefined,
  );
}
