import { identityColumns } from '../algebra/dense.js';
import type { Matrix } from '../algebra/matrix.js';
import { inColumnChunks } from '../algebra/stack.js';
import type { Bundle, Tensor } from '../exchange/bundle.js';
import type { Job, ModelSpec } from '../job/schema.js';
import { thinned } from '../training/curve.js';
import { requireFinite } from '../training/require-finite.js';
import type { Progress } from '../training/program.js';
import { loadTensorflow, type Tensorflow } from './tensorflow.js';

type NetworkSpec = Extract<ModelSpec, { type: 'neural-network' }>;

export interface FittedNetwork {
  /** Topology and weights of a tfjs LayersModel. */
  readonly network: Bundle;
  readonly curve: readonly Progress[];
}

/**
 * A dense network with ReLU layers on the materialized table, in float32: Adam on the mean log-loss (one sigmoid unit)
 * or on the mean squared error (one linear unit). Equal seeds give equal weights on one machine.
 */
export async function fitNetwork(
  table: Matrix,
  labels: Float64Array,
  task: Job['task'],
  spec: NetworkSpec,
  onProgress: (progress: Progress) => void,
): Promise<FittedNetwork> {
  const tf = await loadTensorflow();
  const model = buildNetwork(tf, table.columns, task, spec);
  const cells = denseCells(table);
  silence(tf, model, unseenColumns(cells, table.columns));
  const random = seededRandom(spec.seed);
  const order = Int32Array.from({ length: table.rows }, (_, row) => row);
  const curve: Progress[] = [];
  for (let epoch = 1; epoch <= spec.epochs; epoch++) {
    shuffle(order, random);
    let sum = 0;
    for (let from = 0; from < order.length; from += spec.batchSize) {
      const rows = order.subarray(from, from + spec.batchSize);
      const x = tf.tensor2d(pickRows(cells, table.columns, rows), [rows.length, table.columns]);
      const y = tf.tensor2d(
        Float32Array.from(rows, (row) => labels[row]!),
        [rows.length, 1],
      );
      sum += Number(await model.trainOnBatch(x, y)) * rows.length;
      tf.dispose([x, y]);
    }
    requireFinite(sum);
    const progress = { round: epoch, loss: sum / table.rows, gradientNorm: null };
    curve.push(progress);
    onProgress(progress);
  }
  const network = saveNetwork(model);
  model.dispose();
  return { network, curve: thinned(curve) };
}

/** Columns that are 0 in every row: categories that training has not seen. */
function unseenColumns(cells: Float32Array, columns: number): number[] {
  const seen = new Uint8Array(columns);
  cells.forEach((cell, at) => {
    if (cell !== 0) seen[at % columns] = 1;
  });
  return [...seen.keys()].filter((column) => seen[column] === 0);
}

/** Nothing is learned about such columns: their random weights would be noise in predictions, so they are 0 and stay so. */
function silence(tf: Tensorflow, model: ReturnType<typeof buildNetwork>, columns: readonly number[]): void {
  const [kernel, ...others] = model.getWeights();
  if (kernel === undefined) return;
  const [, units = 0] = kernel.shape;
  const weights = kernel.dataSync().slice();
  for (const column of columns) weights.fill(0, column * units, (column + 1) * units);
  const silenced = tf.tensor(weights, kernel.shape);
  model.setWeights([silenced, ...others]);
  silenced.dispose();
}

/** What a stored network says of each row: a probability, or a number. */
export async function predictNetwork(network: Bundle, table: Matrix): Promise<Float64Array> {
  const tf = await loadTensorflow();
  const weights = Object.entries(network.tensors).map(([, { shape, data }]) =>
    tf.tensor(Float32Array.from(data), [...shape]),
  );
  const model = await tf.models.modelFromJSON(network.json as never);
  model.setWeights(weights);
  const cells = denseCells(table);
  const predictions = new Float64Array(table.rows);
  const batch = 8192;
  for (let from = 0; from < table.rows; from += batch) {
    const rows = Math.min(batch, table.rows - from);
    const x = tf.tensor2d(cells.slice(from * table.columns, (from + rows) * table.columns), [
      rows,
      table.columns,
    ]);
    const y = model.predict(x) as ReturnType<typeof tf.tensor>;
    predictions.set(await y.data(), from);
    tf.dispose([x, y]);
  }
  model.dispose();
  tf.dispose(weights);
  return predictions;
}

function buildNetwork(
  tf: Tensorflow,
  columns: number,
  task: Job['task'],
  { hidden, learningRate, seed }: NetworkSpec,
) {
  // Names of our own: those that tfjs makes up count the models of the process, and are stored with the network.
  const model = tf.sequential({ name: 'network' });
  const widths = [...hidden, 1];
  widths.forEach((units, layer) => {
    const last = layer === widths.length - 1;
    model.add(
      tf.layers.dense({
        name: `layer_${layer}`,
        units,
        activation: last ? (task === 'classification' ? 'sigmoid' : 'linear') : 'relu',
        kernelInitializer: tf.initializers.glorotUniform({ seed: seed + layer }),
        ...(layer === 0 && { inputShape: [columns] }),
      }),
    );
  });
  model.compile({
    optimizer: tf.train.adam(learningRate),
    loss: task === 'classification' ? 'binaryCrossentropy' : 'meanSquaredError',
  });
  return model;
}

function saveNetwork(model: ReturnType<typeof buildNetwork>): Bundle {
  const tensors: Record<string, Tensor> = {};
  model.getWeights().forEach((weight, at) => {
    // A copy: tfjs may hand out its own memory.
    tensors[`weight.${String(at).padStart(4, '0')}`] = {
      shape: weight.shape,
      data: Float32Array.from(weight.dataSync()),
    };
  });
  // Topology as tfjs serialises it: plain JSON by its contract.
  return { json: JSON.parse(JSON.stringify(model.toJSON(null, false))) as Bundle['json'], tensors };
}

/** The cells of T in float32, row by row. */
function denseCells(table: Matrix): Float32Array {
  const cells = new Float32Array(table.rows * table.columns);
  inColumnChunks(table.columns, (from, to) => {
    const width = to - from;
    const { data } = table.multiply(identityColumns(table.columns, from, to));
    for (let row = 0; row < table.rows; row++)
      for (let j = 0; j < width; j++) cells[row * table.columns + from + j] = data[row * width + j]!;
  });
  return cells;
}

function pickRows(cells: Float32Array, columns: number, rows: Int32Array): Float32Array {
  const picked = new Float32Array(rows.length * columns);
  rows.forEach((row, at) => {
    picked.set(cells.subarray(row * columns, (row + 1) * columns), at * columns);
  });
  return picked;
}

/** mulberry32: 32 bits of state are plenty for an order of rows. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Fisher–Yates, in place. */
function shuffle(order: Int32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
}
