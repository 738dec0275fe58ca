import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { withArchitecture } from '../../client/architecture-file.js';
import { readJob } from '../../client/cli/job-file.js';
import type { AmalurError } from '../../core/errors.js';
import { readArchitecture } from '../../core/job/architecture/read-architecture.js';
import { requireUnits } from '../../core/job/check-network.js';
import { checkModel, completeModel } from '../../core/job/check-model.js';
import { parseJob } from '../../core/job/resolve.js';
import { tensorflow } from '../../core/models/tensorflow.js';
import { modelJson } from '../support/whole-network.js';

const sound = modelJson([
  ['Dense', { units: 12 }],
  ['Reshape', { target_shape: [4, 3] }],
  ['Conv1D', { filters: 5, kernel_size: 2, activation: 'tanh' }],
  ['GlobalAveragePooling1D'],
  ['Dense', { units: 1, activation: 'sigmoid' }],
]);
const classesOf = (given: unknown) => readArchitecture(given).layers.map(({ class_name: name }) => name);

const jobWith = (architecture: unknown, change: object = {}, task = 'classification') =>
  parseJob({
    name: 'own',
    task,
    target: { base: 'a.b', label: { column: 'c' } },
    model: { type: 'neural-network', architecture, ...change },
  });

function refusalOf(attempt: () => unknown): Pick<AmalurError, 'code' | 'message' | 'field' | 'suggestion'> {
  try {
    attempt();
  } catch (error) {
    return error as AmalurError;
  }
  throw new Error('was accepted');
}

describe('the layers of a model.json', () => {
  test('are the same from a file of tfjs, from Keras, by a functional model of one path, in either spelling', () => {
    const tf = tensorflow();
    const own = () => [
      tf.layers.dense({ units: 12 }),
      tf.layers.reshape({ targetShape: [4, 3] }),
      tf.layers.conv1d({ filters: 5, kernelSize: 2, activation: 'tanh' }),
      tf.layers.globalAveragePooling1d({}),
      tf.layers.dense({ units: 1, activation: 'sigmoid' }),
    ];
    const input = tf.input({ shape: [9] });
    const output = own().reduce((row, layer) => layer.apply(row) as typeof input, input);
    const functional = tf.model({ inputs: input, outputs: output }).toJSON(undefined, false) as object;
    const [first, ...above] = own();
    const sequential = tf.sequential({
      layers: [tf.layers.inputLayer({ inputShape: [9] }), first!, ...above],
    });
    const written = sequential.toJSON(undefined, false) as object;
    const expected = readArchitecture(sound).layers;
    const normal = (given: unknown) =>
      readArchitecture(given).layers.map(
        ({ class_name: name, config: { kernel_initializer: _, ...config } }) => ({
          name,
          config,
        }),
      );
    for (const given of [
      written,
      functional,
      { modelTopology: functional, weightsManifest: [] },
      { modelTopology: { keras_version: '2', model_config: written } },
      JSON.parse(
        JSON.stringify(sound).replaceAll('class_name', 'className').replaceAll('target_shape', 'targetShape'),
      ),
    ])
      expect(normal(given)).toEqual(normal(sound));
    expect(expected).toHaveLength(5);
  });

  test('say how wide the first one is, what comes out and what a row costs', () => {
    const { units, output, products } = readArchitecture(sound);
    expect({ units, output }).toEqual({ units: 12, output: [1] });
    // [4, 3] → 3 × 5 by windows of 2 × 3, and 5 by 1; and one for each number of each row on the way.
    expect(products).toBe(3 * 5 * 2 * 3 + 5 + (12 + 15 + 5 + 1));
  });

  test.each([
    ['what is no model', { a: 1 }, /class_name/],
    ['null', null, /class_name/],
    ['a model of another kind', { ...sound, class_name: 'Ensemble' }, /"Ensemble"/],
    ['no layer', modelJson([]), /no layer/],
    [
      'a first layer that is not dense',
      modelJson([['Flatten'], ['Dense', { units: 1 }]]),
      /first layer is Flatten/,
    ],
    [
      'an image as the input',
      modelJson([['Dense', { units: 1, batch_input_shape: [null, 8, 8] }]]),
      /3 dimensions/,
    ],
    [
      'random numbers that cannot be repeated',
      modelJson([
        ['Dense', { units: 2 }],
        ['GaussianNoise', { stddev: 1 }],
      ]),
      /layer 2 .*GaussianNoise: .*crash/,
    ],
    [
      'code',
      modelJson([
        ['Dense', { units: 2 }],
        ['Lambda', {}],
      ]),
      /Lambda: a job carries no code/,
    ],
    [
      'a class of somebody',
      modelJson([['Dense', { units: 2 }], ['constructor']]),
      /constructor, which cannot/,
    ],
    ['no units', modelJson([['Dense', {}]]), /layer 1 \(Dense\): units/],
    ['too many units', modelJson([['Dense', { units: 1e9 }]]), /layer 1 \(Dense\): units/],
    [
      'an activation that is not there',
      modelJson([['Dense', { units: 1, activation: 'rleu' }]]),
      /activation/,
    ],
    [
      'an initialiser that is not there',
      modelJson([['Dense', { units: 1, kernel_initializer: 'best' }]]),
      /kernel_initializer/,
    ],
    [
      'a first layer that begins with all columns at once',
      modelJson([['Dense', { units: 1, kernel_initializer: 'orthogonal' }]]),
      /Orthogonal of the first layer/,
    ],
    [
      'a constraint',
      modelJson([['Dense', { units: 1, kernel_constraint: { class_name: 'NonNeg' } }]]),
      /kernel_constraint/,
    ],
    ['a layer that is not trained', modelJson([['Dense', { units: 1, trainable: false }]]), /trainable/],
    [
      'a dropout of everything',
      modelJson([
        ['Dense', { units: 1 }],
        ['Dropout', { rate: 1 }],
      ]),
      /layer 2 \(Dropout\): rate/,
    ],
    [
      'a normalisation without its scale',
      modelJson([
        ['Dense', { units: 1 }],
        ['BatchNormalization', { scale: false }],
      ]),
      /layer 2 .*scale/,
    ],
    [
      'a shape that a row has not',
      modelJson([
        ['Dense', { units: 7 }],
        ['Reshape', { target_shape: [2, -1] }],
      ]),
      /layer 2 \(Reshape\) does not take a row of the shape \[7\]/,
    ],
    [
      'a window wider than the row',
      modelJson([
        ['Dense', { units: 4 }],
        ['Reshape', { target_shape: [2, 2] }],
        ['Conv1D', { filters: 1, kernel_size: 3 }],
      ]),
      /layer 3 \(Conv1D\)/,
    ],
    [
      'a pooling of a flat row',
      modelJson([['Dense', { units: 4 }], ['MaxPooling1D']]),
      /layer 2 \(MaxPooling1D\)/,
    ],
    [
      'more than a job carries',
      modelJson([['Dense', { units: 1, name: 'x'.repeat(70_000) }]]),
      /longer than/,
    ],
  ])('are refused: %s', (_what, given, message) => {
    const refused = refusalOf(() => readArchitecture(given));
    expect(refused).toMatchObject({ code: 'AMALUR_INVALID_NETWORK', field: 'model.architecture' });
    expect(refused.message).toMatch(message);
  });

  test('are refused where paths branch', () => {
    const tf = tensorflow();
    const input = tf.input({ shape: [9] });
    const dense = () => tf.layers.dense({ units: 4 });
    const a = dense().apply(input) as typeof input;
    const both = tf.layers.add().apply([dense().apply(a) as typeof input, a]) as typeof input;
    const branched = tf.model({ inputs: input, outputs: both }).toJSON(undefined, false);
    expect(refusalOf(() => readArchitecture(branched)).message).toMatch(/no single path/);
    const two = tf.model({ inputs: input, outputs: [a, dense().apply(a) as typeof input] });
    expect(refusalOf(() => classesOf(two.toJSON(undefined, false))).message).toMatch(/no single path/);
  });
});

describe('an architecture that somebody made up', () => {
  test('is refused where a layer comes after itself, or names repeat', () => {
    const called = (name: string) => [[[name, 0, 0, {}]]];
    const functional = (layers: object[]) => ({
      class_name: 'Model',
      config: { layers, input_layers: [['a', 0, 0]], output_layers: [['b', 0, 0]] },
    });
    const input = { class_name: 'InputLayer', name: 'a', config: {}, inbound_nodes: [] };
    const dense = (name: string, before: string) => ({
      ...{ class_name: 'Dense', name, config: { units: 1 }, inbound_nodes: called(before) },
    });
    expect(classesOf(functional([input, dense('b', 'a')]))).toEqual(['Dense']);
    for (const layers of [
      [input, dense('a', 'a')],
      [input, dense('b', 'b')],
      [input, dense('b', 'a'), dense('a', 'b')],
      [input, dense('b', 'a'), dense('b', 'b')],
    ])
      expect(refusalOf(() => readArchitecture(functional(layers))).message).toMatch(/no single path/);
  });

  test('is refused at once where it would be too long once its settings are all there', () => {
    const network = (count: number) =>
      modelJson(Array.from({ length: count }, () => ['Dense', { units: 1, activation: 'sigmoid' }] as const));
    const most = completeModel(jobWith(network(200)));
    expect(completeModel(most)).toEqual(most);
    expect(JSON.stringify(network(500)).length).toBeLessThan(65_536);
    expect(refusalOf(() => checkModel(jobWith(network(500))))).toMatchObject({
      code: 'AMALUR_INVALID_NETWORK',
      suggestion: 'take fewer layers',
    });
  });

  test('is refused where it is deeper than can be read, in a job and by itself', () => {
    const deep: unknown = JSON.parse('['.repeat(30_000) + ']'.repeat(30_000));
    const architecture = modelJson([['Dense', { units: 1, kernel_initializer: deep }]]);
    expect(refusalOf(() => readArchitecture(architecture))).toMatchObject({ code: 'AMALUR_INVALID_NETWORK' });
    expect(refusalOf(() => jobWith(architecture))).toMatchObject({ code: 'AMALUR_INVALID_JOB' });
  });
});

describe('a job with an architecture', () => {
  test.each([
    ['several outputs', modelJson([['Dense', { units: 3 }]]), {}, 'AMALUR_INVALID_NETWORK', /\[3\] numbers/],
    [
      'a class without a probability',
      modelJson([['Dense', { units: 1 }]]),
      {},
      'AMALUR_INVALID_NETWORK',
      /no probability/,
    ],
    [
      'a file that nobody has read',
      'model.json',
      {},
      'AMALUR_INVALID_NETWORK',
      /model\.json has not been read/,
    ],
    [
      'one probability of many',
      modelJson([['Dense', { units: 1, activation: 'softmax' }]]),
      {},
      'AMALUR_INVALID_NETWORK',
      /one for each class is needed/,
    ],
    [
      'scores in place of probabilities of classes',
      modelJson([['Dense', { units: 3 }]]),
      { output: 'softmax' },
      'AMALUR_INVALID_NETWORK',
      /no probability by "softmax", and the job says so/,
    ],
    [
      'many probabilities where one is asked for',
      modelJson([['Dense', { units: 3, activation: 'softmax' }]]),
      { output: 'sigmoid' },
      'AMALUR_INVALID_NETWORK',
      /\[3\] numbers for a row, and one is needed/,
    ],
    ['layers said twice', sound, { hidden: [3] }, 'AMALUR_INVALID_JOB', /"hidden" beside it/],
    ['dropout said twice', sound, { dropout: 0.5 }, 'AMALUR_INVALID_JOB', /"dropout" beside it/],
  ])('is refused: %s', (_what, architecture, change, code, message) => {
    const refused = refusalOf(() => checkModel(jobWith(architecture, change)));
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
    expect(refused.suggestion).toBeTypeOf('string');
  });

  test.each([
    ['in a Dense layer', modelJson([['Dense', { units: 3, activation: 'softmax' }]])],
    [
      'in an Activation layer',
      modelJson([
        ['Dense', { units: 4 }],
        ['Dense', { units: 3 }],
        ['Activation', { activation: 'softmax' }],
      ]),
    ],
  ])('learns every value of the label as a class where it ends in a softmax: %s', (_what, given) => {
    const job = jobWith(given);
    expect(() => checkModel(job)).not.toThrow();
    const { model } = completeModel(job);
    expect(model).toMatchObject({ output: 'softmax' });
    expect(() => requireUnits(model, 3)).not.toThrow();
    const refused = refusalOf(() => requireUnits(model, 5));
    expect(refused).toMatchObject({ code: 'AMALUR_INVALID_NETWORK', field: 'model.architecture' });
    expect(refused.message).toMatch(/3 probabilities, and the training rows are of 5 classes/);
    expect(refused.suggestion).toMatch(/5 units/);
  });

  test('carries its layers in few bytes, and is complete once', () => {
    const job = completeModel(jobWith(sound));
    expect(completeModel(job)).toEqual(job);
    expect(JSON.stringify(job.model).length).toBeLessThan(1800);
    expect(() => checkModel(jobWith(modelJson([['Dense', { units: 1 }]]), {}, 'regression'))).not.toThrow();
  });

  test('names a file from its own folder, of which only the layers travel', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'amalur-architecture-'));
    try {
      const manifest = [{ paths: ['weights.bin'], weights: [{ name: 'x'.repeat(100_000) }] }];
      await writeFile(
        path.join(folder, 'net.json'),
        JSON.stringify({ modelTopology: sound, weightsManifest: manifest }),
      );
      const input = {
        name: 'own',
        task: 'classification' as const,
        target: { base: 'a.b', label: { column: 'c' } },
        model: { type: 'neural-network' as const, architecture: 'net.json' },
      };
      const file = path.join(folder, 'job.json');
      await writeFile(file, JSON.stringify(input));
      const read = await readJob(file);
      expect(classesOf((read.model as { architecture?: unknown }).architecture)).toEqual(classesOf(sound));
      expect(await withArchitecture(input, folder)).toEqual(read);
      expect(await withArchitecture(read)).toEqual(read);
      const of = (name: string) =>
        withArchitecture({ ...input, model: { ...input.model, architecture: name } }, folder);
      const refused = { code: 'AMALUR_INVALID_NETWORK', field: 'model.architecture' };
      await writeFile(path.join(folder, 'broken.json'), '{"class_name": ');
      await expect(of('broken.json')).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining('is not JSON') as string,
      });
      await expect(of('nowhere.json')).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining('cannot be read') as string,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
