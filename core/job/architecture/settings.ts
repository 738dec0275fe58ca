import { z } from 'zod';

/** Activations of TensorFlow.js that need nothing but numbers, as Keras writes them. */
const ACTIVATIONS = [
  'linear',
  'relu',
  'relu6',
  'elu',
  'selu',
  'gelu',
  'sigmoid',
  'hard_sigmoid',
  'softplus',
  'softsign',
  'tanh',
  'softmax',
  'log_softmax',
  'swish',
  'mish',
] as const;

export const activation = z
  .preprocess((given) => (typeof given === 'string' ? snakeCase(given) : given), z.enum(ACTIVATIONS))
  .nullish()
  .transform((given) => given ?? 'linear');

const initializerOf = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.object({ class_name: z.literal(name), config: z.object(shape) });

/** Scaled by what goes into a weight and what comes out: so much is drawn by its name alone. */
const byFans = [
  'GlorotUniform',
  'GlorotNormal',
  'HeUniform',
  'HeNormal',
  'LeCunUniform',
  'LeCunNormal',
] as const;

/** A seed is left out: the job's decides. */
const initializerSchema = z.discriminatedUnion('class_name', [
  z.object({ class_name: z.enum(byFans), config: z.object({}) }),
  initializerOf('VarianceScaling', {
    scale: z.number().min(0).nullish().transform(orElse(1)),
    mode: z
      .enum(['fan_in', 'fan_out', 'fan_avg'])
      .nullish()
      .transform((given) => given ?? 'fan_in'),
    // Both names stand for draws within two standard deviations.
    distribution: z
      .enum(['normal', 'uniform', 'truncated_normal'])
      .nullish()
      .transform((given): 'normal' | 'uniform' => (given === 'uniform' ? 'uniform' : 'normal')),
  }),
  initializerOf('Zeros', {}),
  initializerOf('Ones', {}),
  initializerOf('Constant', { value: z.number() }),
  initializerOf('RandomUniform', {
    minval: z.number().nullish().transform(orElse(-0.05)),
    maxval: z.number().nullish().transform(orElse(0.05)),
  }),
  ...(['RandomNormal', 'TruncatedNormal'] as const).map((name) =>
    initializerOf(name, {
      mean: z.number().nullish().transform(orElse(0)),
      stddev: z.number().min(0).nullish().transform(orElse(0.05)),
    }),
  ),
  initializerOf('Identity', { gain: z.number().nullish().transform(orElse(1)) }),
  initializerOf('Orthogonal', { gain: z.number().nullish().transform(orElse(1)) }),
]);
export type Initializer = z.output<typeof initializerSchema>;

/** How a weight begins: as Keras writes it, `glorot_uniform` or a class with its settings. */
export const initializer = (byDefault: Initializer['class_name']) =>
  z.preprocess((given) => {
    if (typeof given === 'string') return { class_name: className(given), config: {} };
    if (given === undefined || given === null) return { class_name: byDefault, config: {} };
    const { class_name: name, config = {}, ...rest } = given as Record<string, unknown>;
    return { ...rest, class_name: typeof name === 'string' ? className(name) : name, config: config ?? {} };
  }, initializerSchema);

const share = z.number().min(0).nullish();
/** λ₁ Σ|w| + λ₂ Σw² beside the mean loss. */
export const regularizer = z
  .preprocess(
    (given) => {
      if (typeof given !== 'object' || given === null) return given;
      const { class_name: name, config } = given as Record<string, unknown>;
      return { class_name: name, config: config ?? {} };
    },
    z.object({
      class_name: z.enum(['L1L2', 'L1', 'L2']),
      config: z.object({ l1: share, l2: share }),
    }),
  )
  .nullish()
  .transform((given) => {
    if (!given) return undefined;
    const { l1, l2 } = given.config;
    // What TensorFlow.js takes where a number is left out.
    const of = (value: number | null | undefined, other: 'L1' | 'L2') =>
      given.class_name === other ? 0 : (value ?? 0.01);
    return { class_name: 'L1L2' as const, config: { l1: of(l1, 'L2'), l2: of(l2, 'L1') } };
  });
export type Regularizer = NonNullable<z.output<typeof regularizer>>;

/** A setting that Keras has, and that has to be left out. */
export const without = (why: string) =>
  z
    .unknown()
    .optional()
    .refine((given) => given === undefined || given === null, { message: why });

export const flag = (byDefault: boolean) => z.boolean().nullish().transform(orElse(byDefault));

/** A number, or a list of one. */
export const single = (byDefault?: number) =>
  z
    .union([z.int().min(1), z.tuple([z.int().min(1)]).transform(([value]) => value)])
    .nullish()
    .transform((given, context) => {
      const value = given ?? byDefault;
      if (value === undefined) context.addIssue({ code: 'custom', message: 'the number is missing' });
      return value ?? 1;
    });

export function orElse<T>(byDefault: T) {
  return (given: T | null | undefined): T => given ?? byDefault;
}

export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

function className(name: string): string {
  const camel = name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return camel.replace(/^Lecun/, 'LeCun');
}
