import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { ComputePort } from '../activities/compute/forward.js';
import { hashJson } from '../core/json.js';
import type { HostProfile } from '../core/planner/plan.js';
import { cacheFolder } from './toolchain.js';

// A change of what calibration measures makes older profiles void.
const CALIBRATION = 1;

const known = z.custom<HostProfile>(
  (value) => typeof value === 'object' && value !== null && 'rates' in value,
);

/**
 * What this host can do, measured once for a processor and Node version and kept in the cache folder: workers that start
 * together would otherwise measure one another.
 */
export async function hostProfile(compute: ComputePort): Promise<HostProfile> {
  const folder = path.join(cacheFolder(), 'calibration');
  const file = path.join(
    folder,
    `${hashJson([CALIBRATION, cpus()[0]?.model, cpus().length, process.version]).slice(0, 16)}.json`,
  );
  const kept = await readFile(file, 'utf8').then(
    (text) => known.parse(JSON.parse(text)),
    () => undefined,
  );
  if (kept) return kept;
  const noSignal = new AbortController().signal;
  const measured = known.parse(
    await compute.call('calibrate', {}, { signal: noSignal, onProgress: () => undefined }),
  );
  await mkdir(folder, { recursive: true });
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, JSON.stringify(measured));
  await rename(partial, file);
  return measured;
}
