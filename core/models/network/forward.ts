import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-node';
import type { Dense } from '../../algebra/matrix.js';
import { entryOf } from '../../entry-of.js';
import { draws } from '../draws.js';
import { tensorflow } from '../tensorflow.js';
import { weightsOf, type Weight } from './layers.js';
import { widthsOf, type NetworkSpec } from './spec.js';

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

/** The ε of Keras. */
export const EPSILON = 1e-3;

type Weights = ReadonlyMap<string, Float64Array>;
type Tensors = ReadonlyMap<string, Tensor>;

/** How a layer is normalised and which units drop out: as training has it, or as prediction does. */
interface Mode {
  readonly normalise: (a: Tensor2D, layer: number) => Tensor2D;
  readonly drop: (a: Tensor2D, layer: number) => Tensor2D;
}

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
  return freeing(() => {
    const found = weightsOf(spec).filter(({ kind }) => kind !== 'statistic');
    const statistics = new Map<string, Float64Array>();
    const loss = (given: Tensor, ...tensors: Tensor[]) => {
      const named = new Map(found.map(({ name }, at) => [name, tensors[at]!]));
      const normalise = (a: Tensor2D, layer: number) => {
        const { mean, variance } = tf.moments(a, 0);
        statistics.set(`mean.${layer}`, Float64Array.from(mean.dataSync()));
        statistics.set(`variance.${layer}`, Float64Array.from(variance.dataSync()));
        return normalised(named, a, layer, mean, variance);
      };
      const drop = (a: Tensor2D, layer: number) =>
        spec.dropout === 0 ? a : a.mul<Tensor2D>(survivors(spec, layer, step, batch.rows));
      const scores = forward(spec, named, given as Tensor2D, { normalise, drop });
      return meanLoss(spec, scores, batch);
    };
    const { value, grads } = tf.valueAndGrads(loss)([
      tensorOf(z.data, [z.rows, z.columns]),
      ...found.map((weight) => weightTensor(weights, weight)),
    ]);
    const slopes = grads.map((gradient) => Float64Array.from(gradient.dataSync()));
    return {
      loss: scalarOf(value),
      residual: { rows: z.rows, columns: z.columns, data: slopes[0]! },
      gradients: new Map(found.map(({ name }, at) => [name, slopes[at + 1]!])),
      statistics,
    };
  });
}

/** Scores of the output unit (one a row) as prediction has them: with running statistics, all units there. */
export function scoresOf(spec: NetworkSpec, weights: Weights, z: Dense): Float64Array {
  return freeing(() => Float64Array.from(predicted(spec, weights, z).dataSync()));
}

/** The mean loss of rows as prediction has it. */
export function lossOf(spec: NetworkSpec, weights: Weights, z: Dense, batch: Batch): number {
  return freeing(() => scalarOf(meanLoss(spec, predicted(spec, weights, z), batch)));
}

function predicted(spec: NetworkSpec, weights: Weights, z: Dense): Tensor2D {
  const named = new Map(weightsOf(spec).map((weight) => [weight.name, weightTensor(weights, weight)]));
  const normalise = (a: Tensor2D, layer: number) =>
    normalised(named, a, layer, entryOf(named, `mean.${layer}`), entryOf(named, `variance.${layer}`));
  return forward(spec, named, tensorOf(z.data, [z.rows, z.columns]) as Tensor2D, {
    normalise,
    drop: (a) => a,
  });
}

function forward(spec: NetworkSpec, weights: Tensors, z: Tensor2D, { normalise, drop }: Mode): Tensor2D {
  const tf = tensorflow();
  const activate = { relu: tf.relu, tanh: tf.tanh, elu: tf.elu }[spec.activation];
  const layers = widthsOf(spec).length;
  let a = z.add<Tensor2D>(entryOf(weights, 'bias.0'));
  for (let layer = 1; layer < layers; layer++) {
    const normal = spec.batchNormalization ? normalise(a, layer - 1) : a;
    const inputs = drop(activate(normal), layer - 1);
    a = inputs.matMul(entryOf(weights, `kernel.${layer}`) as Tensor2D).add(entryOf(weights, `bias.${layer}`));
  }
  return a;
}

/** log(1 + eˢ) − y s for a probability, (s − y)² for a number; the mean over the rows with their weights. */
function meanLoss({ output }: NetworkSpec, scores: Tensor2D, { labels, weights }: Batch): Scalar {
  const s = scores.reshape([labels.length]);
  const y = tensorOf(labels, [labels.length]);
  const losses = output === 'sigmoid' ? s.softplus().sub(s.mul(y)) : s.sub(y).square();
  return losses.mul(tensorOf(weights, [labels.length])).mean<Scalar>();
}

function normalised(weights: Tensors, a: Tensor2D, layer: number, mean: Tensor, variance: Tensor): Tensor2D {
  const scale = entryOf(weights, `scale.${layer}`).div(variance.add(EPSILON).sqrt());
  return a
    .sub(mean)
    .mul(scale)
    .add(entryOf(weights, `shift.${layer}`));
}

/** 1 / (1 − p) where a unit stays and 0 where it drops out (inverted dropout), so that its mean is that of prediction. */
function survivors({ dropout, seed, hidden }: NetworkSpec, layer: number, step: number, rows: Int32Array) {
  const units = hidden[layer]!;
  const draw = draws(`network dropout ${seed} ${layer} ${step}`);
  const mask = new Float32Array(rows.length * units);
  rows.forEach((row, at) => {
    for (let unit = 0; unit < units; unit++)
      mask[at * units + unit] = draw(row, unit) < dropout ? 0 : 1 / (1 - dropout);
  });
  return tensorflow().tensor2d(mask, [rows.length, units]);
}

function weightTensor(weights: Weights, { name, shape }: Weight): Tensor {
  return tensorOf(entryOf(weights, name), shape);
}

function tensorOf(data: Float64Array, shape: readonly number[]): Tensor {
  return tensorflow().tensor(Float32Array.from(data), [...shape], 'float32');
}

function scalarOf(value: Tensor): number {
  const [number = NaN] = value.dataSync();
  return number;
}

/** What is computed, without the tensors that it took. */
function freeing<T>(compute: () => T): T {
  const results: T[] = [];
  tensorflow().tidy(() => {
    results.push(compute());
  });
  return results[0]!;
}
