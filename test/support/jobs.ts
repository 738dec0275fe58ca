import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TrainingResult } from '../../client/index.js';
import type { JobInput } from '../../core/job/schema.js';
import type { TestInstallation } from './installation.js';

/** A job file of the installed example, changed. */
export function jobOf(
  { folder }: Pick<TestInstallation, 'folder'>,
  name: string,
  change: Partial<JobInput> = {},
): JobInput {
  const job = JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as JobInput;
  return { ...job, ...change };
}

/** Trains a job to its end. */
export async function trained({ client }: TestInstallation, job: JobInput): Promise<TrainingResult> {
  return (await client.train(job)).result();
}

/** `name@version` of what a training has made. */
export function referenceOf({ model }: TrainingResult): string {
  return `${model.name}@${String(model.version)}`;
}
