import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-node';
import type { Dense } from '../../algebra/matrix.js';
import { entryOf } from '../../entry-of.js';
import { draws } from '../draws.js';
import { freeing, tensorflow } from '../tensorflow.js';
import { variablesOf } from './layers.js';
import type { NetworkSpec } from './spec.js';
import { upperNetwork, type UpperLayer, type UpperNetwork } from './upper-network.js';

/** What a batch is, besides its numbers. */
export interface Batch {
  /** Rows of T. */
  readonly rows: Int32Array;
  /** Labels, |rows|. */
  readonly labels: Float64Array;
  /** What each row counts, in units of the mean row; |rows|. */
  readonly weights: Float64Array;
}

export interface Backward {
  /** Mean loss of the batch, without penalty. */
  readonly loss: number;
  /** ∂L/∂Z, |rows| × h. */
  readonly residual: Dense;
  /** ∂L/∂w by weight, of those that gradients find. */
  readonly gradients: ReadonlyMap<string, Float64Array>;
  /** Means and variances of the batch, by the name of the statistic. */
  readonly statistics: ReadonlyMap<string, Float64Array>;
}

type Weights = ReadonlyMap<string, Float64Array>;

/** What a step does that prediction does not: which units drop out. */
type Drop = (a: Tensor, layer: UpperLayer) => Tensor;

/**
 * Loss and gradients of a batch, in float32 on TensorFlow.
 * @param z Z of the batch, |rows| × h
 * @param step t: which units drop out follows from seed, step, layer, row of T and unit
 */
export function backward(
  spec: NetworkSpec,
  weights: Weights,
  z: Dense,
  batch: Batch,
  step: number,
): Backward {
  const tf = tensorflow();
  const network = upperNetwork(spec);
  const all = variablesOf(spec, network);
  const found = all.filter(({ kind }) => kind !== 'statistic');
  const statistics = all.filter(({ kind }) => kind === 'statistic');
  return freeing(() => {
    write(all, weights);
    // From 0, what a layer makes of its memory and the batch is the batch's statistic to the bit.
    for (const { variable } of statistics) variable.write(tf.zeros([...variable.shape] as number[]));
    const drop: Drop = (a, layer) => a.mul(survivors(spec, layer, step, batch.rows, a.shape));
    const { value, grads } = tf.valueAndGrads((given: Tensor) =>
      meanLoss(spec, forward(network, given, drop), batch),
    )([tensorOf(z.data, [z.rows, z.columns]), ...found.map(({ variable }) => variable.read())]);
    const slopes = grads.map((gradient) => Float64Array.from(gradient.dataSync()));
    return {
      loss: scalarOf(value),
      residual: { rows: z.rows, columns: z.columns, data: slopes[0]! },
      gradients: new Map(found.map(({ name }, at) => [name, slopes[at + 1]!])),
      statistics: new Map(
        statistics.map(({ name, variable }) => [name, Float64Array.from(variable.read().dataSync())]),
      ),
    };
  });
}

/** What the output gives (a score a row, or one for each class, row by row) as prediction has it: with running statistics, all units there. */
export function scoresOf(spec: NetworkSpec, weights: Weights, z: Dense): Float64Array {
  return freeing(() => Float64Array.from(predicted(spec, weights, z).dataSync()));
}

/** The mean loss of rows as prediction has it. */
export function lossOf(spec: NetworkSpec, weights: Weights, z: Dense, batch: Batch): number {
  return freeing(() => scalarOf(meanLoss(spec, predicted(spec, weights, z), batch)));
}

function predicted(spec: NetworkSpec, weights: Weights, z: Dense): Tensor {
  const network = upperNetwork(spec);
  write(variablesOf(spec, network), weights);
  return forward(network, tensorOf(z.data, [z.rows, z.columns]), undefined);
}

/** Z and the layers above it: a₀ = f₀(Z + b₀), then layer by layer. @param drop in training */
function forward({ layers }: UpperNetwork, z: Tensor, drop: Drop | undefined): Tensor {
  const tf = tensorflow();
  return layers.reduce((a, upper, at) => {
    const { spec, layer, variables } = upper;
    if (spec.class_name === 'Dropout') return drop ? drop(a, upper) : a;
    const [bias] = at === 0 ? variables : [];
    return layer.apply(bias ? tf.add(a, bias.read()) : a, { training: drop !== undefined }) as Tensor;
  }, z);
}

function write(all: ReturnType<typeof variablesOf>, weights: Weights): void {
  for (const { name, shape, variable } of all) variable.write(tensorOf(entryOf(weights, name), shape));
}

/** The mean over the rows with their weights. */
function meanLoss({ output }: NetworkSpec, scores: Tensor, { labels, weights }: Batch): Scalar {
  const losses = lossesOf(output, scores, labels);
  return losses.mul(tensorOf(weights, [labels.length])).mean<Scalar>();
}

/** log(1 + eˢ) − y s for a probability, log Σ_j exp(s_j) − s_y for those of classes, (s − y)² for a number. */
function lossesOf(output: NetworkSpec['output'], scores: Tensor, labels: Float64Array): Tensor {
  const tf = tensorflow();
  if (output === 'softmax') {
    const s = scores as Tensor2D;
    // A row of a class that is not learned, whose weight is 0, has no 1.
    const y = tf.oneHot(tf.tensor1d(Int32Array.from(labels), 'int32'), s.shape[1]);
    return tf.losses.softmaxCrossEntropy(y, s, undefined, 0, tf.Reduction.NONE);
  }
  const s = scores.reshape([labels.length]);
  const y = tensorOf(labels, [labels.length]);
  return output === 'sigmoid' ? s.softplus().sub(s.mul(y)) : s.sub(y).square();
}

/** 1 / (1 − p) where a unit stays and 0 where it drops out (inverted dropout), so that its mean is that of prediction. */
function survivors(
  { seed }: NetworkSpec,
  { spec: { config } }: UpperLayer,
  step: number,
  rows: Int32Array,
  shape: readonly number[],
): Tensor {
  const units = shape.slice(1).reduce((product, length) => product * length, 1);
  const rate = Number(config['rate']);
  const draw = draws(`network dropout ${seed} ${config.name} ${step}`);
  const mask = new Float32Array(rows.length * units);
  rows.forEach((row, at) => {
    for (let unit = 0; unit < units; unit++)
      mask[at * units + unit] = draw(row, unit) < rate ? 0 : 1 / (1 - rate);
  });
  return tensorflow().tensor(mask, [...shape]);
}

function tensorOf(data: Float64Array, shape: readonly number[]): Tensor {
  return tensorflow().tensor(Float32Array.from(data), [...shape], 'float32');
}

function scalarOf(value: Tensor): number {
  const [number = NaN] = value.dataSync();
  return number;
}
