import type { LayersModel, Sequential, Tensor as TfTensor } from '@tensorflow/tfjs-node';
import { expect } from 'vitest';
import { dense, denseMatrix } from '../../core/algebra/dense.js';
import type { Dense } from '../../core/algebra/matrix.js';
import type { Bundle, Tensor } from '../../core/exchange/bundle.js';
import { jobSchema, type ModelSpec } from '../../core/job/schema.js';
import { keepApart, orderOf } from '../../core/models/network/batches.js';
import { neuralNetwork } from '../../core/models/network/family.js';
import type { ClassificationMetrics } from '../../core/models/model.js';
import { networkSpec, type NetworkSpec } from '../../core/models/network/spec.js';
import { tensorflow } from '../../core/models/tensorflow.js';
import { runLocally, type LocalResult, type LocalRun } from '../../core/training/local-runner.js';

export type Change = Partial<Extract<ModelSpec, { type: 'neural-network' }>>;

export function specOf(change: Change = {}): NetworkSpec {
  return networkSpec(jobSchema.shape.model.parse({ type: 'neural-network', output: 'sigmoid', ...change }));
}

/** A table of some columns with a label that depends on them, neither of them linear. */
export function sample(rows = 90, columns = 5) {
  const cell = (row: number, column: number) => Math.sin(1.7 * row * (column + 1) + column * column);
  const data = Float64Array.from({ length: rows * columns }, (_, at) =>
    cell(Math.floor(at / columns), at % columns),
  );
  const labels = Float64Array.from({ length: rows }, (_, row) =>
    Number(cell(row, 0) * cell(row, 1) + 0.5 * cell(row, 2) > 0),
  );
  return { table: dense(rows, columns, data), labels };
}

export function fit(
  { table, labels }: { table: Dense; labels: Float64Array },
  spec: NetworkSpec,
  change: Partial<LocalRun> = {},
) {
  const losses: number[] = [];
  const result = runLocally({
    table: denseMatrix(table),
    names: Array.from({ length: table.columns }, (_, at) => `c${at}`),
    labels,
    spec,
    rounds: 10_000,
    onProgress: ({ loss }) => losses.push(loss),
    ...change,
  });
  return { ...result, losses };
}

export function predictionsOf({ parameters, own, network }: LocalResult, table: Dense): Float64Array {
  return neuralNetwork
    .predict(denseMatrix(table).multiply(parameters), own, { ...(network && { network }) })
    .get('prediction')!;
}

/** Probabilities of C classes, n × C. */
export function probabilitiesOf({ parameters, own, network }: LocalResult, table: Dense): Dense {
  return neuralNetwork.classify!(denseMatrix(table).multiply(parameters), own, network)!.probabilities;
}

export function measured(
  { parameters, own, network }: LocalResult,
  { table, labels }: ReturnType<typeof sample>,
) {
  const scores = denseMatrix(table).multiply(parameters);
  return neuralNetwork.measure(scores, own, labels, network) as ClassificationMetrics;
}

/** The same network as a tfjs model with its first layer in one piece, from the same weights on the same batches. */
export async function byTensorflow(
  sampled: ReturnType<typeof sample>,
  spec: NetworkSpec,
  labels = sampled.labels,
  model: LayersModel = described(sampled.table.columns, spec),
) {
  const tf = tensorflow();
  const { table } = sampled;
  const classes = spec.classes && namesOf(spec.classes);
  const beginning = fit(
    { table, labels },
    { ...spec, epochs: 1, learningRate: 1e-300, schedule: 'constant' },
    classes ? { classes } : {},
  );
  const optimizer = {
    adam: () => tf.train.adam(spec.learningRate),
    momentum: () => tf.train.momentum(spec.learningRate, 0.9),
    sgd: () => tf.train.sgd(spec.learningRate),
  }[spec.optimizer]();
  model.compile({ optimizer, loss: LOSSES[spec.output] });
  model.setWeights([
    tf.tensor(Float32Array.from(beginning.parameters.data), [table.columns, beginning.parameters.columns]),
    ...inOrderOfTfjs(beginning).map(({ shape, data }) => tf.tensor(data as Float32Array, [...shape])),
  ]);
  const losses: number[] = [];
  const { trained } = keepApart(table.rows, spec);
  for (let epoch = 1; epoch <= spec.epochs; epoch++) {
    const order = orderOf(trained, epoch, spec);
    let sum = 0;
    for (let from = 0; from < order.length; from += spec.batchSize) {
      const rows = order.subarray(from, from + spec.batchSize);
      const x = tf.tensor2d(
        [...rows].map((row) => [...table.data.subarray(row * table.columns, (row + 1) * table.columns)]),
      );
      const y = tf.tensor2d(
        [...rows].map((row) =>
          spec.output === 'softmax' ? indicators(labels[row]!, spec.classes!) : [labels[row]!],
        ),
      );
      sum += Number(await model.trainOnBatch(x, y)) * rows.length;
    }
    losses.push(sum / order.length);
  }
  const predicted = model.predict(
    tf.tensor2d(Float32Array.from(table.data), [table.rows, table.columns]),
  ) as TfTensor;
  return { losses, predictions: Float64Array.from(await predicted.data()) };
}

const LOSSES = {
  sigmoid: 'binaryCrossentropy',
  softmax: 'categoricalCrossentropy',
  linear: 'meanSquaredError',
} as const;

export const namesOf = (classes: number) => Array.from({ length: classes }, (_, at) => `class ${at}`);

function indicators(label: number, classes: number): number[] {
  return Array.from({ length: classes }, (_, at) => Number(at === label));
}

/** A model of tfjs as a job describes it. */
function described(columns: number, spec: NetworkSpec): Sequential {
  const tf = tensorflow();
  const model = tf.sequential();
  const widths = [...spec.hidden, spec.classes ?? 1];
  widths.forEach((units, layer) => {
    const last = layer === widths.length - 1;
    model.add(
      tf.layers.dense({
        units,
        ...((last || !spec.batchNormalization) && { activation: last ? spec.output : spec.activation }),
        ...(layer === 0 && { inputShape: [columns] }),
        ...(spec.l2 > 0 && { kernelRegularizer: tf.regularizers.l2({ l2: spec.l2 / 2 }) }),
      }),
    );
    if (last || !spec.batchNormalization) return;
    model.add(tf.layers.batchNormalization());
    model.add(tf.layers.activation({ activation: spec.activation }));
  });
  return model;
}

/** Weights above the first kernel: what gradients find, layer by layer, then statistics. */
function inOrderOfTfjs({ network }: LocalResult): Tensor[] {
  const tensors = Object.entries((network as Bundle).tensors);
  const isStatistic = ([name]: [string, Tensor]) => /^(mean|variance)/.test(name);
  return [...tensors.filter((one) => !isStatistic(one)), ...tensors.filter(isStatistic)].map(
    ([, tensor]) => tensor,
  );
}

export function expectNear(ours: ArrayLike<number>, theirs: ArrayLike<number>, accuracy: number) {
  expect(ours).toHaveLength(theirs.length);
  Array.from(ours).forEach((value, at) => {
    expect(Math.abs(value - theirs[at]!)).toBeLessThan(accuracy * Math.max(1, Math.abs(value)));
  });
}
