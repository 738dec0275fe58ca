import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type AmalurConfig } from '../../core/config/index.js';
import type { JobInput } from '../../core/job/schema.js';
import { inPackage } from '../package-root.js';

/** A folder of the demo's own with the example in it: nothing is written into the package. */
export interface Workspace {
  readonly folder: string;
  readonly config: AmalurConfig;
  readonly job: JobInput;
  remove(): Promise<void>;
}

export async function createWorkspace(): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'amalur-demo-'));
  const example = inPackage('examples', 'late-flights');
  await cp(example, folder, { recursive: true, filter: (path) => !path.includes('.amalur') });
  return {
    folder,
    config: loadConfig(folder),
    job: JSON.parse(await readFile(join(folder, 'late-arrivals.json'), 'utf8')) as JobInput,
    // A child that is just ending may still write a file.
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 10 }),
  };
}
