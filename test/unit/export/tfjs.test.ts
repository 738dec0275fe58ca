import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { dense } from '../../../core/algebra/dense.js';
import type { Encoder } from '../../../core/integration/encoder.js';
import { toTfjs } from '../../../core/export/tfjs/to-tfjs.js';
import { tensorflow } from '../../../core/models/tensorflow.js';
import {
  fit,
  predictionsOf,
  probabilitiesOf,
  sample,
  specOf,
  type Change,
} from '../../support/network-fits.js';
import { modelJson } from '../../support/whole-network.js';

const number = (column: string) => ({ kind: 'numeric' as const, column, center: 0, scale: 1 });
const encoders = [
  { numeric: [number('x'), number('y')], categorical: [] },
  { numeric: [number('z')], categorical: [{ kind: 'categorical' as const, column: 'k', levels: ['a'] }] },
];

/** Half a gigabyte, which may have to come from the disk first: no part of what a test does. */
beforeAll(() => {
  tensorflow();
}, 60_000);

const partOf = (group: string, encoder: Encoder) => ({
  ...{ group, encoder, inputName: (column: string) => `${group}.${column}` },
});

/** What TensorFlow.js predicts from the files, and what is in them. */
async function exported(change: Change, classes?: readonly string[]) {
  const drawn = sample(90, 5);
  const labels = classes ? drawn.labels.map((_, row) => row % classes.length) : drawn.labels;
  const sampled = { ...drawn, labels };
  const spec = specOf({ epochs: 2, batchSize: 30, learningRate: 0.05, ...change });
  const fitted = fit(sampled, spec, classes ? { classes } : {});
  const { columns, data } = fitted.parameters;
  const files = toTfjs({
    type: 'neural-network',
    name: 'net@3',
    parts: [
      { ...partOf('a.t', encoders[0]!), theta: dense(2, columns, data.slice(0, 2 * columns)) },
      { ...partOf('b.t', encoders[1]!), theta: dense(3, columns, data.slice(2 * columns)) },
    ],
    own: Float64Array.of(0),
    ...(fitted.network && { network: fitted.network }),
    ...(classes && { classes }),
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'amalur-tfjs-'));
  try {
    for (const [name, bytes] of files) await writeFile(path.join(folder, name), bytes);
    const tf = tensorflow();
    const model = await tf.loadLayersModel(`file://${folder}/model.json`);
    const rows = tf.tensor2d(Float32Array.from(sampled.table.data), [90, 5]);
    const theirs = [...(model.predict(rows) as Tensor).dataSync()];
    const encoding: unknown = JSON.parse(Buffer.from(files.get('encoding.json')!).toString());
    const ours = classes ? probabilitiesOf(fitted, sampled.table).data : predictionsOf(fitted, sampled.table);
    return { theirs, ours: [...ours], files, encoding };
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('a network that was exported for TensorFlow.js', () => {
  test.each([
    ['described, normalised, with dropout', { hidden: [6, 4], batchNormalization: true, dropout: 0.3 }],
    ['without a hidden layer', { hidden: [] }],
    ['of a number', { hidden: [5], activation: 'elu', output: 'linear' }],
    [
      'of its own layers',
      {
        architecture: modelJson([
          ['Dense', { units: 6, use_bias: false, kernel_regularizer: { class_name: 'L2', config: {} } }],
          ['LayerNormalization', { epsilon: 0.01 }],
          ['Reshape', { target_shape: [3, 2] }],
          ['Conv1D', { filters: 4, kernel_size: 2, activation: 'hard_sigmoid' }],
          ['GlobalMaxPooling1D'],
          ['BatchNormalization', { momentum: 0.5 }],
          ['LeakyReLU', { alpha: 0.2 }],
          ['Dense', { units: 1 }],
          ['Activation', { activation: 'sigmoid' }],
        ]),
      },
    ],
  ] satisfies [string, Change][])('predicts the same to float32: %s', async (_what, change) => {
    const { theirs, ours } = await exported(change);
    expect(theirs).toHaveLength(90);
    theirs.forEach((value, row) => {
      expect(Math.abs(value - ours[row]!)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
    });
    expect(Math.max(...ours) - Math.min(...ours)).toBeGreaterThan(0.01);
  });

  test('says what each column of its input is, and how it is encoded', async () => {
    const { encoding } = await exported({ hidden: [2] });
    expect(encoding).toEqual({
      model: 'net@3',
      columns: ['a.t.x', 'a.t.y', 'b.t.z', 'b.t.k=a', 'b.t.k=(other)'],
      tables: [
        { prefix: 'a.t.', ...encoders[0] },
        { prefix: 'b.t.', ...encoders[1] },
      ],
    });
  });

  test.each([
    ['described', { hidden: [4], output: 'softmax' }],
    [
      'of its own layers',
      {
        output: 'softmax',
        architecture: modelJson([
          ['Dense', { units: 5, activation: 'tanh' }],
          ['Dense', { units: 3, activation: 'softmax' }],
        ]),
      },
    ],
  ] satisfies [string, Change][])(
    'gives the probability of each class, and says which: %s',
    async (_what, change) => {
      const classes = ['low', 'middle', 'high'];
      const { theirs, ours, encoding } = await exported(change, classes);
      expect(theirs).toHaveLength(90 * 3);
      theirs.forEach((value, at) => expect(Math.abs(value - ours[at]!)).toBeLessThan(1e-6));
      expect(encoding).toMatchObject({ classes });
    },
  );

  test('is refused of a model that is no network', () => {
    const given = { type: 'linear-regression' as const, name: 'm@1', parts: [], own: Float64Array.of(0) };
    expect(() => toTfjs(given)).toThrow(expect.objectContaining({ code: 'AMALUR_NOT_EXPORTABLE' }) as Error);
  });
});
