import { z } from 'zod';
import { activation, flag, initializer, orElse, regularizer, single, without } from './settings.js';

/** The numbers of one row as a layer has them: [units], or [steps, channels]. */
export type Shape = readonly number[];

/** A kind of layer that acts on each row alone, or on a batch in a way that is repeatable. */
interface Kind<Config extends z.ZodType = z.ZodType> {
  readonly config: Config;
  /** What it makes of a row; undefined where it takes no such row. */
  readonly shape: (row: Shape, config: z.output<Config>) => Shape | undefined;
  /** Multiplications for a row, beside one for each number. */
  readonly products?: (row: Shape, config: z.output<Config>) => number;
}

const kind = <Config extends z.ZodType>(made: Kind<Config>): Kind<Config> => made;

/** Larger layers hold no more than the memory of an aggregator anyhow. */
const units = z.int().min(1).max(4096);
const any = without('a setting that TensorFlow.js applies only in a training of its own');
const frozen = z
  .boolean()
  .nullish()
  .refine((given) => given !== false, { message: 'every layer is trained: there are no weights to keep' })
  .transform(() => undefined);

/** What the layers with a kernel and an activation have in common; what is left out is as in TensorFlow.js. */
const weighted = {
  activation,
  use_bias: flag(true),
  kernel_initializer: initializer('GlorotNormal'),
  bias_initializer: initializer('Zeros'),
  kernel_regularizer: regularizer,
  bias_regularizer: regularizer,
  activity_regularizer: any,
  kernel_constraint: any,
  bias_constraint: any,
  trainable: frozen,
};

/** TensorFlow.js trains no other. */
const always = flag(true).refine((given) => given, {
  message: 'TensorFlow.js trains a normalisation with both scale and center only',
});

const normalising = {
  epsilon: z.number().positive().nullish().transform(orElse(1e-3)),
  center: always,
  scale: always,
  beta_initializer: initializer('Zeros'),
  gamma_initializer: initializer('Ones'),
  beta_regularizer: regularizer,
  gamma_regularizer: regularizer,
  beta_constraint: any,
  gamma_constraint: any,
  trainable: frozen,
};
const lastAxis = z
  .union([z.int(), z.tuple([z.int()]).transform(([axis]) => axis)])
  .nullish()
  .transform(orElse(-1));

/** Numbers that come to a dense layer or a convolution, beside rows and steps. */
const last = (row: Shape) => row.at(-1) ?? 0;
const size = (row: Shape) => row.reduce((product, length) => product * length, 1);
const same = (row: Shape) => row;

const padding = z
  .enum(['valid', 'same'])
  .nullish()
  .transform((given) => given ?? 'valid');
const channelsLast = z.literal('channels_last').nullish();
const pooling = z
  .object({
    pool_size: single(2),
    strides: single().or(z.null().optional()),
    padding,
    data_format: channelsLast,
  })
  .transform(({ strides, ...config }) => ({ ...config, strides: strides ?? config.pool_size }));

function steps(length: number, window: number, stride: number, padded: 'valid' | 'same'): number {
  return Math.ceil((padded === 'same' ? length : length - window + 1) / stride);
}

function pooled(row: Shape, config: z.output<typeof pooling>): Shape | undefined {
  const [length = 0, channels = 0] = row;
  return row.length === 2
    ? [steps(length, config.pool_size, config.strides, config.padding), channels]
    : undefined;
}

const convolution = z.object({
  ...weighted,
  filters: units,
  kernel_size: single(),
  strides: single(1),
  dilation_rate: single(1),
  padding,
  data_format: channelsLast,
});

function convolved(row: Shape, config: z.output<typeof convolution>): Shape | undefined {
  const [length = 0] = row;
  const window = (config.kernel_size - 1) * config.dilation_rate + 1;
  return row.length === 2
    ? [steps(length, window, config.strides, config.padding), config.filters]
    : undefined;
}

const nothing = z.object({});
const overall = kind({
  config: z.object({ data_format: channelsLast }),
  shape: (row) => (row.length === 2 ? [last(row)] : undefined),
});

/** Every kind of layer that a network may have, by its class in Keras and TensorFlow.js. */
export const LAYER_KINDS = {
  Dense: kind({
    config: z.object({ ...weighted, units }),
    shape: (row, config) => [...row.slice(0, -1), config.units],
    products: (row, config) => size(row) * config.units,
  }),
  Activation: kind({ config: z.object({ activation }), shape: same }),
  ReLU: kind({ config: z.object({ max_value: z.number().nullish() }), shape: same }),
  LeakyReLU: kind({
    config: z.object({ alpha: z.number().nullish().transform(orElse(0.3)) }),
    shape: same,
  }),
  ELU: kind({ config: z.object({ alpha: z.number().nullish().transform(orElse(1)) }), shape: same }),
  ThresholdedReLU: kind({
    config: z.object({ theta: z.number().nullish().transform(orElse(1)) }),
    shape: same,
  }),
  Dropout: kind({
    config: z.object({
      rate: z.number().min(0).lt(1),
      noise_shape: without('each number of a row is dropped by itself'),
    }),
    shape: same,
  }),
  BatchNormalization: kind({
    config: z.object({
      ...normalising,
      axis: lastAxis,
      momentum: z.number().min(0).max(1).nullish().transform(orElse(0.99)),
      moving_mean_initializer: initializer('Zeros'),
      moving_variance_initializer: initializer('Ones'),
    }),
    shape: (row, { axis }) => (axis === -1 || axis === row.length ? row : undefined),
  }),
  LayerNormalization: kind({
    config: z.object({ ...normalising, axis: lastAxis }),
    shape: (row, { axis }) => (axis === -1 || axis === row.length ? row : undefined),
  }),
  /** TensorFlow.js takes no row that is flat already. */
  Flatten: kind({ config: nothing, shape: (row) => (row.length > 1 ? [size(row)] : undefined) }),
  Reshape: kind({
    config: z.object({ target_shape: z.array(z.int().min(-1)).min(1).max(2) }),
    shape: (row, { target_shape: target }) => {
      const known = size(target.filter((length) => length !== -1));
      const shape = target.map((length) => (length === -1 ? size(row) / known : length));
      return size(shape) === size(row) && shape.every((length) => Number.isInteger(length) && length > 0)
        ? shape
        : undefined;
    },
  }),
  Conv1D: kind({
    config: convolution,
    shape: convolved,
    products: (row, config) => size(convolved(row, config) ?? []) * config.kernel_size * last(row),
  }),
  MaxPooling1D: kind({ config: pooling, shape: pooled }),
  AveragePooling1D: kind({ config: pooling, shape: pooled }),
  GlobalMaxPooling1D: overall,
  GlobalAveragePooling1D: overall,
} as const satisfies Record<string, Kind>;

export type LayerClass = keyof typeof LAYER_KINDS;

export function isLayerClass(name: string): name is LayerClass {
  return Object.hasOwn(LAYER_KINDS, name);
}

/** A kind for layers whose class is not known before they are read. */
export function kindOf(name: LayerClass): Kind<z.ZodType<LayerConfig>> {
  return LAYER_KINDS[name];
}

export type LayerConfig = Readonly<Record<string, unknown>>;

/** Classes that no setting makes suitable, and why. */
export const UNSUITABLE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'SpatialDropout1D', 'SpatialDropout2D'].map(
      (name) => [name, 'its random numbers cannot be repeated after a crash; Dropout can'],
    ),
  ),
  Lambda: 'a job carries no code',
};
