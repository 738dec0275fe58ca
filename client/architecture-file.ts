import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AmalurError } from '../core/errors.js';
import { architectureJson, readArchitecture } from '../core/job/architecture/read-architecture.js';
import type { JobInput } from '../core/job/schema.js';

/**
 * A job in which the architecture of its network stands as what it says, in few bytes, so that it travels with the job.
 * @param folder where the file is looked for
 * @throws AMALUR_INVALID_NETWORK
 */
export async function withArchitecture(job: JobInput, folder = process.cwd()): Promise<JobInput> {
  const { model } = job;
  if (model.type !== 'neural-network' || typeof model.architecture !== 'string') return job;
  const { layers } = readArchitecture(await readTopology(resolve(folder, model.architecture)));
  return { ...job, model: { ...model, architecture: architectureJson(layers) } };
}

async function readTopology(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw refused(`${file} cannot be read`, 'name a file from the folder of the job file', cause);
  }
  try {
    const read: unknown = JSON.parse(text);
    // Names of weights are most of a model.json, and none is read.
    return typeof read === 'object' && read !== null && 'modelTopology' in read ? read.modelTopology : read;
  } catch (cause) {
    throw refused(`${file} is not JSON`, 'give a model.json of TensorFlow.js', cause);
  }
}

function refused(message: string, suggestion: string, cause: unknown): AmalurError {
  const hints = { field: 'model.architecture', suggestion };
  return new AmalurError('AMALUR_INVALID_NETWORK', `the architecture: ${message}`, hints, {
    cause,
  });
}
