import { AmalurError } from '../errors.js';
import { probabilitiesAtEnd } from './architecture/activation-at-end.js';
import { invalid, readArchitecture } from './architecture/read-architecture.js';
import { neuralNetworkSchema } from './model-schema.js';
import type { Job, ModelSpec } from './schema.js';

type Network = Extract<ModelSpec, { type: 'neural-network' }>;
type Output = NonNullable<Network['output']>;

/** What an architecture says in the place of the job. */
const DESCRIBED = ['hidden', 'activation', 'batchNormalization', 'dropout'] as const;

/** What a network may give, the default first. */
const OUTPUTS: Readonly<Record<'classification' | 'regression', readonly Output[]>> = {
  classification: ['sigmoid', 'softmax'],
  regression: ['linear'],
};

/**
 * Checks that a network and a task go together.
 * @throws AMALUR_INVALID_JOB, AMALUR_INVALID_NETWORK
 */
export function checkNetwork(model: Network, task: Job['task']): void {
  const possible = outputsFor(task);
  if (model.output !== undefined && !possible.includes(model.output)) {
    const either = possible.map((output) => `"${output}"`).join(' or ');
    refuse(
      `the output of a network is ${either} for a ${task}, and the job says "${model.output}"`,
      'model.output',
      `leave "output" out, or set it to ${either}`,
    );
  }
  if (model.architecture !== undefined) checkArchitecture(model, task);
  else if (model.output === 'softmax' && model.hidden.length === 0)
    refuse(
      'a network without a hidden layer that gives a probability for each class is a softmax regression',
      'model.hidden',
      'name hidden layers, or set model.type to "softmax-regression"',
    );
  checkClassWeights(model, task);
}

/** What the output of a network gives. @throws AMALUR_INVALID_NETWORK */
export function outputOf({ output, architecture }: Network, task: Job['task']): Output {
  const [byDefault = 'linear'] = outputsFor(task);
  if (output !== undefined) return output;
  if (byDefault === 'linear' || architecture === undefined) return byDefault;
  return probabilitiesAtEnd(readArchitecture(architecture).layers) ?? byDefault;
}

/**
 * Checks that an architecture has a unit for each class, once these are known.
 * @param classes how many training rows have, of a model that learns many
 * @throws AMALUR_INVALID_NETWORK
 */
export function requireUnits(model: ModelSpec, classes: number): void {
  if (model.type !== 'neural-network' || model.architecture === undefined) return;
  const [units] = readArchitecture(model.architecture).output;
  if (units === classes) return;
  throw invalid(
    `its last layer gives ${String(units)} probabilities, and the training rows are of ${String(classes)} classes`,
    `end with a Dense layer of ${String(classes)} units`,
  );
}

function checkArchitecture(model: Network, task: Job['task']): void {
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
  const output = outputOf(model, task);
  const gives = `it gives [${shape.join(', ')}] numbers for a row`;
  if (output === 'softmax') {
    if (shape.length !== 1 || shape[0] === 1)
      throw invalid(`${gives}, and one for each class is needed`, 'end with a Dense layer of a unit a class');
  } else if (shape.length !== 1 || shape[0] !== 1)
    throw invalid(
      `${gives}, and one is needed`,
      output === 'sigmoid'
        ? 'end with a Dense layer of one unit, or for many classes of a unit a class with the activation "softmax"'
        : 'end with a Dense layer of one unit',
    );
  if (output !== 'linear' && probabilitiesAtEnd(layers) !== output)
    throw invalid(
      `its last layer gives no probability by "${output}", and the ${model.output ? 'job says so' : 'task is classification'}`,
      `end with the activation "${output}", in a Dense or Activation layer`,
    );
}

function checkClassWeights(model: Network, task: Job['task']): void {
  const { classWeights } = model;
  if (classWeights === 'none') return;
  if (task === 'regression')
    refuse('a regression has no classes to weigh', 'model.classWeights', 'leave "classWeights" out');
  // Names of many classes are known only where rows are.
  if (classWeights === 'balanced' || outputOf(model, task) !== 'sigmoid') return;
  const unknown = Object.keys(classWeights).find((name) => name !== '0' && name !== '1');
  if (unknown === undefined) return;
  refuse(
    'a network that gives one probability has the classes 0 and 1, and the job weighs another',
    `model.classWeights["${unknown}"]`,
    'weigh "0" and "1", or set model.output to "softmax" to learn every value of the label as a class',
  );
}

function outputsFor(task: Job['task']): readonly Output[] {
  return task === 'classification' ? OUTPUTS.classification : OUTPUTS.regression;
}

function refuse(message: string, field: string, suggestion: string): never {
  throw new AmalurError('AMALUR_INVALID_JOB', message, { field, suggestion });
}
