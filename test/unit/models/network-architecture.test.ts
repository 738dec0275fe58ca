import { describe, expect, test } from 'vitest';
import { dense } from '../../../core/algebra/dense.js';
import { architectureJson, readArchitecture } from '../../../core/job/architecture/read-architecture.js';
import { beginningOf, drawnColumn } from '../../../core/models/network/first-kernel.js';
import { tensorflow } from '../../../core/models/tensorflow.js';
import { byTensorflow, expectNear, fit, predictionsOf, sample, specOf } from '../../support/network-fits.js';
import { loaded, modelJson } from '../../support/whole-network.js';

type Layers = Parameters<typeof modelJson>[0];

const sigmoid = ['Dense', { units: 1, activation: 'sigmoid' }] as const;
const first = (units: number, config = {}) => ['Dense', { units, ...config }] as const;
const l1l2 = { class_name: 'L1L2', config: { l1: 0.003, l2: 0.02 } };

describe('a network of which the job gives the layers', () => {
  const settings = { epochs: 5, batchSize: 30, learningRate: 0.02 } as const;

  test.each([
    [
      'several hidden layers',
      [
        first(7, { activation: 'softplus', kernel_initializer: 'heNormal' }),
        first(6, { use_bias: false }),
        ['LeakyReLU', { alpha: 0.1 }],
        ['Dense', { units: 4, activation: 'hard_sigmoid', bias_initializer: 'ones' }],
        sigmoid,
      ],
    ],
    [
      'a convolution over units',
      [
        first(12, { activation: 'tanh' }),
        ['Reshape', { target_shape: [6, 2] }],
        ['Conv1D', { filters: 4, kernel_size: [3], padding: 'same', activation: 'relu' }],
        ['MaxPooling1D', { pool_size: 2 }],
        ['Flatten'],
        sigmoid,
      ],
    ],
    [
      'normalised rows, and an activation of its own at the end',
      [
        first(8, { use_bias: false }),
        ['LayerNormalization'],
        ['Activation', { activation: 'swish' }],
        ['Reshape', { target_shape: [4, 2] }],
        ['AveragePooling1D', { pool_size: 2, strides: 1 }],
        ['GlobalAveragePooling1D'],
        first(1),
        ['Activation', { activation: 'sigmoid' }],
      ],
    ],
    [
      'penalties of layers',
      [
        first(6, {
          activation: 'relu',
          kernel_regularizer: l1l2,
          bias_regularizer: { class_name: 'L1L2', config: { l1: 0, l2: 0.05 } },
        }),
        sigmoid,
      ],
    ],
    ['one layer', [first(1, { activation: 'sigmoid' })]],
  ] satisfies [string, Layers][])(
    'has the losses and predictions of tfjs on the whole model, batch by batch: %s',
    async (what, layers: Layers) => {
      const sampled = sample();
      const spec = specOf({ ...settings, architecture: modelJson(layers) });
      const ours = fit(sampled, spec);
      const theirs = await byTensorflow(sampled, spec, sampled.labels, await loaded(layers, 5));
      // tfjs counts penalties in the loss.
      if (!what.startsWith('penalties')) expectNear(ours.losses, theirs.losses, 1e-5);
      expectNear(predictionsOf(ours, sampled.table), theirs.predictions, 1e-4);
      expect(ours.losses.at(-1)!).toBeLessThan(ours.losses[0]! * 0.995);
    },
  );

  test('has the losses of tfjs where batches are normalised', async () => {
    const layers: Layers = [
      first(6),
      ['BatchNormalization', { momentum: 0.9, epsilon: 0.01 }],
      ['ReLU', { max_value: 2 }],
      sigmoid,
    ];
    const sampled = sample();
    const spec = specOf({ ...settings, architecture: modelJson(layers) });
    const theirs = await byTensorflow(sampled, spec, sampled.labels, await loaded(layers, 5));
    expectNear(fit(sampled, spec).losses, theirs.losses, 1e-4);
  });

  test('predicts a number by any activation', async () => {
    const layers: Layers = [first(6, { activation: 'elu' }), ['Dense', { units: 1, activation: 'softplus' }]];
    const sampled = sample();
    const labels = sampled.labels.map((label, row) => 1 + label + Math.sin(row));
    const spec = specOf({ ...settings, output: 'linear', architecture: modelJson(layers) });
    const ours = fit({ ...sampled, labels }, spec);
    const theirs = await byTensorflow({ ...sampled, labels }, spec, labels, await loaded(layers, 5));
    expectNear(ours.losses, theirs.losses, 1e-5);
    expectNear(predictionsOf(ours, sampled.table), theirs.predictions, 1e-4);
  });

  test('is to the bit the one that the job describes in its own words', () => {
    const glorot = { kernel_initializer: 'glorot_uniform' };
    const layers: Layers = [
      first(6, { ...glorot, activation: 'tanh' }),
      first(4, { ...glorot, activation: 'tanh' }),
      ['Dense', { units: 1, activation: 'sigmoid', ...glorot }],
    ];
    const given = fit(sample(), specOf({ ...settings, architecture: modelJson(layers) }));
    const described = fit(sample(), specOf({ ...settings, hidden: [6, 4], activation: 'tanh' }));
    expect(given.parameters).toEqual(described.parameters);
    expect(given.network!.tensors).toEqual(described.network!.tensors);
    expect(given.losses).toEqual(described.losses);
  });

  test('has equal bits for equal seeds, also when it goes on from its state after every epoch', () => {
    const layers: Layers = [
      first(8, { kernel_initializer: 'random_normal' }),
      ['Dropout', { rate: 0.4 }],
      ['BatchNormalization'],
      first(4, { kernel_initializer: 'orthogonal', activation: 'relu' }),
      ['Dropout', { rate: 0.2 }],
      sigmoid,
    ];
    const sampled = sample();
    const spec = specOf({ ...settings, architecture: modelJson(layers) });
    const straight = fit(sampled, spec);
    // Another network in between, so that nothing of it is left over.
    expect(fit(sampled, specOf({ hidden: [3], epochs: 1 })).losses).toHaveLength(1);
    let piecewise = fit(sampled, spec, { rounds: 1 });
    while (piecewise.stopped === undefined) {
      fit(sampled, specOf({ hidden: [3], epochs: 1 }));
      piecewise = fit(sampled, spec, { rounds: 1, from: piecewise.state });
    }
    expect(piecewise.parameters).toEqual(straight.parameters);
    expect(piecewise.network).toEqual(straight.network);
    expect(fit(sampled, { ...spec, seed: 2 }).parameters).not.toEqual(straight.parameters);
  });

  test('keeps no tensor of one step for the next', () => {
    const tf = tensorflow();
    const spec = specOf({
      ...settings,
      architecture: modelJson([first(4), ['BatchNormalization'], ['Dropout', { rate: 0.5 }], sigmoid]),
    });
    fit(sample(), spec);
    const before = tf.memory().numTensors;
    fit(sample(), spec);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a network of which one row, or rows without weight, are seen stays finite', () => {
    const architecture = modelJson([first(4), ['BatchNormalization'], sigmoid]);
    const one = fit(
      { table: dense(1, 1, Float64Array.of(2)), labels: Float64Array.of(1) },
      specOf({ architecture }),
    );
    expect(one.losses.every(Number.isFinite)).toBe(true);
    const none = fit(sample(12), specOf({ architecture }), {
      weights: new Float64Array(12).fill(1).fill(0, 3),
    });
    expect([...none.parameters.data].every(Number.isFinite)).toBe(true);
  });
});

describe('the first layer begins as tfjs would have it', () => {
  const [columns, units] = [400, 25];
  test.each([
    ['GlorotUniform', {}],
    ['GlorotNormal', {}],
    ['HeUniform', {}],
    ['he_normal', {}],
    ['leCunUniform', {}],
    ['lecun_normal', {}],
    ['VarianceScaling', { scale: 3, mode: 'fan_out', distribution: 'uniform' }],
    ['VarianceScaling', { scale: 3, mode: 'fan_in', distribution: 'truncated_normal' }],
    ['RandomUniform', { minval: -1, maxval: 3 }],
    ['RandomNormal', { mean: 2, stddev: 0.5 }],
    ['TruncatedNormal', { mean: -1, stddev: 0.5 }],
    ['Constant', { value: 0.7 }],
    ['Ones', {}],
    ['Zeros', {}],
  ])('%s %o', (name, config) => {
    const given = modelJson([first(units, { kernel_initializer: { class_name: name, config } })]);
    const read = readArchitecture(given);
    const beginning = beginningOf(read);
    const scale = beginning.scale(columns, units);
    const ours = Array.from({ length: columns }, (_, at) =>
      drawnColumn(beginning, 5, `c${String(at)}`, units),
    )
      .flat()
      .map((draw) => beginning.mean + scale * draw);
    const made = read.layers[0]!.config['kernel_initializer'] as { class_name: string; config: object };
    const tf = tensorflow();
    const camel = (text: unknown) =>
      typeof text === 'string' ? text.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) : text;
    const settings = Object.fromEntries(
      Object.entries(made.config).map(([key, value]) => [key, camel(value)]),
    );
    const layer = tf.layers.dense({
      units,
      inputShape: [columns],
      kernelInitializer: { className: made.class_name, config: { ...settings, seed: 3 } } as never,
    });
    layer.build([null, columns]);
    const theirs = [...layer.getWeights()[0]!.dataSync()];
    const [a, b] = [spread(ours), spread(theirs)];
    const near = 0.03 * Math.max(b.deviation, 1e-9);
    expect(Math.abs(a.mean - b.mean)).toBeLessThan(2 * near + 1e-6);
    expect(Math.abs(a.deviation - b.deviation)).toBeLessThan(near);
    // As wide as theirs, and no wider where theirs has an end.
    expect(a.largest).toBeLessThan(name === 'RandomNormal' ? 7 : b.largest * 1.02 + 1e-6);
  });
});

function spread(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const largest = Math.max(...values.map((value) => Math.abs(value - mean)));
  return { mean, deviation: Math.sqrt(squares / values.length), largest };
}

test('an architecture in few bytes is the same architecture', () => {
  const { layers } = readArchitecture(
    modelJson(
      [first(6), ['BatchNormalization'], ['Reshape', { target_shape: [3, 2] }], ['Flatten'], sigmoid],
      9,
    ),
  );
  expect(readArchitecture(architectureJson(layers)).layers).toEqual(layers);
});
