import { AmalurError } from '../errors.js';
import { invalid, readArchitecture } from './architecture/read-architecture.js';
import { endsInSigmoid } from './architecture/sigmoid-at-end.js';
import { neuralNetworkSchema } from './model-schema.js';
import type { Job, ModelSpec } from './schema.js';

type Network = Extract<ModelSpec, { type: 'neural-network' }>;

/** What an architecture says in the place of the job. */
const DESCRIBED = ['hidden', 'activation', 'batchNormalization', 'dropout'] as const;

/**
 * Checks that a network and a task go together.
 * @throws AMALUR_INVALID_JOB, AMALUR_INVALID_NETWORK
 */
export function checkNetwork(model: Network, task: Job['task']): void {
  const output = outputOf(task);
  if ((model.output ?? output) !== output) {
    refuse(
      `the output of a network is "${output}" for a ${task}, and the job says "${String(model.output)}"`,
      'model.output',
      `leave "output" out, or set it to "${output}"`,
    );
  }
  if (model.architecture === undefined) return;
  const byDefault = neuralNetworkSchema.parse({ type: 'neural-network' });
  const twice = DESCRIBED.find((field) => String(model[field]) !== String(byDefault[field]));
  if (twice !== undefined)
    refuse(
      `the job gives an architecture, and "${twice}" beside it`,
      `model.${twice}`,
      `leave "${twice}" or "architecture" out`,
    );
  if (typeof model.architecture === 'string')
    throw invalid(
      `the file ${model.architecture} has not been read: that is done where a job file is loaded`,
      'put what stands in the model.json in place of its name, or start the run by the command line or the client',
    );
  const { layers, output: shape } = readArchitecture(model.architecture);
  if (shape.length !== 1 || shape[0] !== 1)
    throw invalid(
      `it gives [${shape.join(', ')}] numbers for a row, and one is needed`,
      'end with a Dense layer of one unit',
    );
  if (output === 'sigmoid' && !endsInSigmoid(layers))
    throw invalid(
      'its last layer gives no probability, and the task is classification',
      'end with the activation "sigmoid", in a Dense or Activation layer',
    );
}

export function outputOf(task: Job['task']): 'sigmoid' | 'linear' {
  return task === 'classification' ? 'sigmoid' : 'linear';
}

function refuse(message: string, field: string, suggestion: string): never {
  throw new AmalurError('AMALUR_INVALID_JOB', message, { field, suggestion });
}
