import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startTemporalServer } from '../../workers/temporal-server.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the Temporal server of this test run: `inject('temporalAddress')`. */
    temporalAddress: string;
  }
}

/** Global set-up of the tiers that need a server: one real dev server for all their files, on its own file as in production. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'amalur-temporal-'));
  const server = await startTemporalServer({ databaseFile: join(folder, 'temporal.db') });
  project.provide('temporalAddress', server.address);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
