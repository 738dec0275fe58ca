import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { JobInput, ModelType } from '../../../core/job/schema.js';
import type { RunHandle } from '../../../client/index.js';
import type { TestInstallation } from '../installation.js';
import { jobOf, referenceOf, trained } from '../jobs.js';
import { MODEL_TYPES } from '../small-models.js';
import { readModel } from '../stored-model.js';

/** A run that can be made again and again, and has to bring forth the same each time. */
export interface SmallRun {
  readonly name: string;
  start(): Promise<RunHandle<unknown>>;
  /** sha256 of what a run has brought forth: all parameters of a model, all bytes of a file of predictions. */
  hashOf(result: unknown): Promise<string>;
}

/** Every model on the tables of the example, each of some ten or twenty rounds in milliseconds: the rest is orchestration, which is what is disturbed. */
function jobs(shop: TestInstallation): Readonly<Record<ModelType, JobInput>> {
  const base = { base: 'shop.orders', rowKey: ['order_id'] };
  // Nothing is ever precise enough for these.
  const rounds = { l2: 0.01, tolerance: 1e-300, maxRounds: 15 };
  const { features } = jobOf(shop, 'delivery');
  return {
    'logistic-regression': jobOf(shop, 'returns', { model: { type: 'logistic-regression', ...rounds } }),
    'softmax-regression': jobOf(shop, 'returns', {
      name: 'channels',
      target: { ...base, label: { column: 'channel' } },
      model: { type: 'softmax-regression', ...rounds, maxRounds: 12 },
    }),
    'linear-regression': jobOf(shop, 'delivery', { model: { type: 'linear-regression', ...rounds } }),
    'poisson-regression': jobOf(shop, 'delivery', {
      name: 'quantities',
      target: { ...base, label: { column: 'quantity' } },
      features: { ...features, exclude: [...(features?.exclude ?? []), 'shop.orders.delivery_days'] },
      model: { type: 'poisson-regression', ...rounds },
    }),
    'gamma-regression': jobOf(shop, 'delivery-gamma', { model: { type: 'gamma-regression', ...rounds } }),
    'huber-regression': jobOf(shop, 'delivery-huber', {
      model: { type: 'huber-regression', delta: 1.5, ...rounds },
    }),
    'quantile-regression': jobOf(shop, 'delivery-quantile', {
      model: { type: 'quantile-regression', quantile: 0.9, ...rounds },
    }),
    'k-means': jobOf(shop, 'order-groups', {
      model: { type: 'k-means', clusters: 4, seed: 7, restarts: 2, tolerance: 0, maxRounds: 12 },
    }),
    'gaussian-mixture': jobOf(shop, 'order-mixture', {
      model: {
        type: 'gaussian-mixture',
        components: 3,
        varianceFloor: 0.05,
        tolerance: 1e-12,
        maxRounds: 10,
        seed: 7,
      },
    }),
    nmf: jobOf(shop, 'order-patterns', {
      model: { type: 'nmf', rank: 3, seed: 7, tolerance: 0, maxRounds: 15 },
    }),
    pca: jobOf(shop, 'order-components', { model: { type: 'pca', components: 3 } }),
    'neural-network': jobOf(shop, 'returns-network', {
      name: 'returns-network',
      model: { type: 'neural-network', hidden: [8, 4], epochs: 3, batchSize: 128, learningRate: 0.02 },
    }),
  };
}

const STRATEGIES = ['materialize', 'factorize', 'federate'] as const;
const WAYS_TO_PREDICT = ['materialize', 'factorize'] as const;

/** Names of all runs there are: every model by every strategy, then inference in both ways. */
export const RUNS: readonly string[] = [
  ...MODEL_TYPES.flatMap((type) => STRATEGIES.map((strategy) => `${type}, ${strategy}`)),
  ...WAYS_TO_PREDICT.map((strategy) => `inference, ${strategy}`),
];

/** Every model by every strategy. */
export function trainings(shop: TestInstallation): SmallRun[] {
  return Object.entries(jobs(shop)).flatMap(([name, job]) =>
    STRATEGIES.map((strategy) => ({
      name: `${name}, ${strategy}`,
      start: () => shop.client.train({ ...job, strategy }),
      hashOf: async (result) =>
        (await readModel(shop, referenceOf(result as Parameters<typeof referenceOf>[0]))).bits,
    })),
  );
}

/** Predictions by a model that is trained for it, joined and by partial scores. */
export async function predictions(shop: TestInstallation): Promise<SmallRun[]> {
  const job = jobs(shop)['logistic-regression'];
  const model = referenceOf(await trained(shop, { ...job, name: 'to-predict', strategy: 'factorize' }));
  return WAYS_TO_PREDICT.map((strategy) => ({
    name: `inference, ${strategy}`,
    start: () => shop.client.predict({ model, strategy }),
    hashOf: async (result) =>
      createHash('sha256')
        .update(await readFile((result as { file: string }).file))
        .digest('hex'),
  }));
}
