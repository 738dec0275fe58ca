import { z } from 'zod';

/** What the models that are found by gradients have in common. */
const solver = {
  l2: z
    .number()
    .min(0)
    .default(0.001)
    .describe('Weight λ of the penalty λ/2·‖θ‖² beside the mean loss; the intercept is free.'),
  tolerance: z
    .number()
    .positive()
    .default(1e-6)
    .describe('Stop when the norm of the gradient (with l1, of the least subgradient) is at most this.'),
  maxRounds: z.int().min(1).max(100_000).default(500).describe('Stop after so many exchanges at the latest.'),
  memory: z.int().min(1).max(100).default(20).describe('Pairs of vectors that L-BFGS remembers.'),
};

/** Of the models that an ℓ₁ penalty is for. */
const sparse = {
  l1: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'Weight λ₁ of the penalty λ₁·‖θ‖₁ beside the mean loss (lasso; with l2, elastic net), which sets parameters to exactly 0.',
    ),
};

const logisticRegression = z.strictObject({
  type: z.literal('logistic-regression'),
  classWeights: z
    .union([
      z.enum(['none', 'balanced']),
      z.strictObject({ '0': z.number().positive(), '1': z.number().positive() }),
    ])
    .default('none')
    .describe(
      'Weights of the negative (0) and the positive class (1) in the mean loss; balanced gives both classes the same sum.',
    ),
  ...sparse,
  ...solver,
});

const classWeightsByName = z
  .union([z.enum(['none', 'balanced']), z.record(z.string(), z.number().positive())])
  .default('none');

const softmaxRegression = z.strictObject({
  type: z.literal('softmax-regression'),
  classWeights: classWeightsByName.describe(
    'Weights of the classes in the mean loss, by their names; one that is not named weighs 1. balanced gives all classes the same sum.',
  ),
  ...solver,
});

const linearRegression = z.strictObject({
  type: z.literal('linear-regression'),
  solver: z
    .enum(['auto', 'gram', 'l-bfgs'])
    .default('auto')
    .describe(
      'gram solves the normal equations where all rows are in one place; auto does so up to 1,024 encoded columns. Training in rounds is always by L-BFGS.',
    ),
  ...sparse,
  ...solver,
});

const poissonRegression = z.strictObject({ type: z.literal('poisson-regression'), ...solver });

const gammaRegression = z.strictObject({ type: z.literal('gamma-regression'), ...solver });

const huberRegression = z.strictObject({
  type: z.literal('huber-regression'),
  delta: z
    .number()
    .positive()
    .describe(
      'Distance δ, in units of the label, beyond which an error counts in proportion to its size and not to its square.',
    ),
  ...solver,
});

const quantileRegression = z.strictObject({
  type: z.literal('quantile-regression'),
  quantile: z
    .number()
    .gt(0)
    .lt(1)
    .describe('Share τ of rows whose label is to lie below the prediction: 0.5 for the median.'),
  ...solver,
});

/** How the learning rate changes while a network is trained. */
const schedule = z
  .union([
    z.enum(['constant', 'cosine']),
    z.strictObject({
      every: z.int().min(1).describe('Epochs after which the rate is multiplied.'),
      factor: z.number().positive().max(1).describe('By what it is multiplied.'),
    }),
  ])
  .default('constant')
  .describe(
    'constant; cosine: half a cosine from the learning rate down to 0 over all steps; or {every, factor}: times the factor after every so many epochs.',
  );

const earlyStopping = z
  .strictObject({
    validation: z
      .number()
      .positive()
      .max(0.5)
      .default(0.1)
      .describe(
        'Share of the training rows that the loss is measured on after each epoch, and not trained on.',
      ),
    patience: z
      .int()
      .min(1)
      .default(5)
      .describe('Stop after so many epochs without a smaller loss on them; the best weights are the model.'),
  })
  .optional()
  .describe('Stop when rows that are kept apart are predicted no better. Default: all epochs are made.');

export const neuralNetworkSchema = z.strictObject({
  type: z.literal('neural-network'),
  hidden: z.array(z.int().min(1).max(4096)).max(8).default([16]).describe('Units of each hidden layer.'),
  activation: z.enum(['relu', 'tanh', 'elu']).default('relu').describe('Activation of the hidden layers.'),
  architecture: z
    .union([z.string().min(1), z.looseObject({})])
    .optional()
    .describe(
      'A network of your own, in place of hidden, activation, batchNormalization and dropout: name of a model.json of TensorFlow.js, from the folder of the job file, or what stands in it. Weights in it are not read.',
    ),
  output: z
    .enum(['sigmoid', 'softmax', 'linear'])
    .optional()
    .describe(
      'sigmoid: a probability, trained on the log-loss; softmax: one for each value of the label, all of which are classes, on the cross-entropy; linear: a number, on the squared error. Default: linear for a regression; for a classification what the architecture ends in, else sigmoid.',
    ),
  classWeights: classWeightsByName.describe(
    'Weights of the classes in the mean loss, by their names, with a sigmoid 0 and 1; one that is not named weighs 1. balanced gives all classes the same sum.',
  ),
  batchNormalization: z
    .boolean()
    .default(false)
    .describe('Normalise what comes to each hidden activation, by mean and variance of the batch.'),
  dropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .describe('Share of the hidden units that a step leaves out, drawn for each row.'),
  l2: z
    .number()
    .min(0)
    .default(0)
    .describe('Weight λ of the penalty λ/2·‖W‖² on the weights of all layers; biases are free.'),
  optimizer: z
    .enum(['adam', 'momentum', 'sgd'])
    .default('adam')
    .describe('Adam (β₁ = 0.9, β₂ = 0.999), gradient descent with momentum 0.9, or without.'),
  learningRate: z.number().positive().default(0.001).describe('Step size of the optimizer.'),
  schedule,
  epochs: z.int().min(1).max(10_000).default(10).describe('Passes over the training rows.'),
  batchSize: z
    .int()
    .min(1)
    .default(512)
    .describe('Rows per step. Training in rounds makes an exchange each step.'),
  earlyStopping,
  seed: z
    .int()
    .min(0)
    .default(1)
    .describe('Seed of the initial weights, of the order of rows, of dropout and of the rows kept apart.'),
});

const kMeans = z.strictObject({
  type: z.literal('k-means'),
  clusters: z.int().min(1).max(1000).describe('Number of clusters k.'),
  restarts: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe('Runs from other centres, one after the other; the one of least inertia is the model.'),
  maxRounds: z
    .int()
    .min(1)
    .max(100_000)
    .default(100)
    .describe(
      'Move the centres so often at the most in each run; choosing k centres takes k exchanges more.',
    ),
  tolerance: z
    .number()
    .min(0)
    .default(1e-4)
    .describe(
      'A run stops when all centres together move by a squared distance of at most this share of the mean variance of a column, or when no row changes its cluster.',
    ),
  seed: z.int().min(0).default(1).describe('Seed of the choice of first centres.'),
});

const gaussianMixture = z.strictObject({
  type: z.literal('gaussian-mixture'),
  components: z.int().min(1).max(100).describe('Number of components k.'),
  restarts: z
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe('Runs from other places, one after the other; the one of largest likelihood is the model.'),
  maxRounds: z
    .int()
    .min(1)
    .max(100_000)
    .default(200)
    .describe(
      'Fit the components so often at the most in each run; choosing k places takes k exchanges more.',
    ),
  tolerance: z
    .number()
    .min(0)
    .default(1e-4)
    .describe('A run stops when the mean log-likelihood of a row grows by at most this.'),
  varianceFloor: z
    .number()
    .positive()
    .default(1e-6)
    .describe(
      'Least variance of an encoded column within a component: without it a component of equal cells would have an infinite density.',
    ),
  seed: z.int().min(0).default(1).describe('Seed of the choice of places to begin from.'),
});

const nmf = z.strictObject({
  type: z.literal('nmf'),
  rank: z.int().min(1).max(50).describe('Number of components r.'),
  maxRounds: z
    .int()
    .min(1)
    .max(100_000)
    .default(200)
    .describe('Update both factors so often at the most; the first exchange of all updates none.'),
  tolerance: z
    .number()
    .min(0)
    .default(1e-5)
    .describe(
      'Stop when an update takes off at most this share of what the squared error was at the beginning.',
    ),
  seed: z.int().min(0).default(1).describe('Seed of the factors at the beginning.'),
});

const pca = z.strictObject({
  type: z.literal('pca'),
  components: z.int().min(1).max(50).default(2).describe('Number of components k.'),
  center: z
    .boolean()
    .default(true)
    .describe(
      'true: directions along which rows differ most from the mean row (principal components); false: from 0 (truncated singular value decomposition).',
    ),
  maxRounds: z
    .int()
    .min(1)
    .max(100_000)
    .default(200)
    .describe(
      'Improve the components so often at the most where rows stay in their silos; beginning and end take two exchanges more.',
    ),
  tolerance: z
    .number()
    .positive()
    .default(1e-12)
    .describe(
      'Stop when the residual ‖T̃ᵀT̃ v − σ² v‖ of every component is at most this share of the largest σ².',
    ),
  seed: z.int().min(0).default(1).describe('Seed of the vectors at the beginning.'),
});

/** Everything that a job may say of the model that it fits. */
export const modelSchema = z.discriminatedUnion('type', [
  logisticRegression,
  softmaxRegression,
  linearRegression,
  poissonRegression,
  gammaRegression,
  huberRegression,
  quantileRegression,
  neuralNetworkSchema,
  kMeans,
  gaussianMixture,
  nmf,
  pca,
]);
