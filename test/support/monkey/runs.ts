import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { JobInput } from '../../../core/job/schema.js';
import type { RunHandle } from '../../../client/index.js';
import type { TestInstallation } from '../installation.js';
import { jobOf, referenceOf, trained } from '../jobs.js';
import { readModel } from '../stored-model.js';

/** A run that can be made again and again, and has to bring forth the same each time. */
export interface SmallRun {
  readonly name: string;
  start(): Promise<RunHandle<unknown>>;
  /** sha256 of what a run has brought forth: all parameters of a model, all bytes of a file of predictions. */
  hashOf(result: unknown): Promise<string>;
}

/** The models of the example, each of some ten or twenty rounds in milliseconds: the rest is orchestration, which is what is disturbed. */
function jobs(shop: TestInstallation): Readonly<Record<string, JobInput>> {
  const channel = { base: 'shop.orders', label: { column: 'channel' } };
  return {
    logistic: jobOf(shop, 'returns', {
      model: { type: 'logistic-regression', l2: 0.01, tolerance: 1e-300, maxRounds: 15 },
    }),
    softmax: jobOf(shop, 'returns', {
      name: 'channels',
      target: { ...channel, rowKey: ['order_id'] },
      model: { type: 'softmax-regression', l2: 0.01, tolerance: 1e-300, maxRounds: 12 },
    }),
    'k-means': jobOf(shop, 'order-groups', {
      model: { type: 'k-means', clusters: 4, seed: 7, restarts: 2, tolerance: 0, maxRounds: 12 },
    }),
    mixture: jobOf(shop, 'order-mixture', {
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
    network: jobOf(shop, 'returns-network', {
      name: 'returns-network',
      model: { type: 'neural-network', hidden: [8, 4], epochs: 3, batchSize: 128, learningRate: 0.02 },
    }),
  };
}

const STRATEGIES = ['materialize', 'factorize', 'federate'] as const;

/** Every model by every strategy: 21 trainings. */
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
  const { logistic } = jobs(shop);
  if (!logistic) throw new Error('there is a logistic regression');
  const model = referenceOf(await trained(shop, { ...logistic, name: 'to-predict', strategy: 'factorize' }));
  return (['materialize', 'factorize'] as const).map((strategy) => ({
    name: `inference, ${strategy}`,
    start: () => shop.client.predict({ model, strategy }),
    hashOf: async (result) =>
      createHash('sha256')
        .update(await readFile((result as { file: string }).file))
        .digest('hex'),
  }));
}
