import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TrainingResult } from '../../client/index.js';
import type { JobInput } from '../../core/job/schema.js';
import type { ClassificationMetrics } from '../../core/models/model.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf, referenceOf, trained } from '../support/jobs.js';
import { readBlob } from '../support/stored-model.js';

const network = (seed: number): JobInput['model'] => ({
  type: 'neural-network',
  hidden: [8],
  epochs: 12,
  batchSize: 32,
  learningRate: 0.02,
  seed,
});

describe('a neural network on joined rows', () => {
  let shop: TestInstallation;
  let first: TrainingResult;
  const train = (seed: number) => trained(shop, jobOf(shop, 'returns', { model: network(seed) }));

  const networkOf = async (result: TrainingResult) => {
    const { model } = await shop.client.ask({ about: 'model', model: referenceOf(result) });
    return model!.manifest.network!;
  };

  beforeAll(async () => {
    shop = await installExample('orders');
    first = await train(1);
  }, 120_000);
  afterAll(() => shop.remove());

  test('trains through the workflow, where rows come together, and learns', async () => {
    const { strategy, rounds, stopped, metrics } = first;
    expect({ strategy, rounds, stopped }).toEqual({
      strategy: 'materialize',
      rounds: 12,
      stopped: 'max-rounds',
    });
    const { run } = await shop.client.ask({ about: 'run', run: first.run });
    const losses = run!.facts!.curve.map(({ loss }) => loss);
    expect(losses).toHaveLength(12);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    expect((metrics.train as ClassificationMetrics).auc).toBeGreaterThan(0.65);
    expect((metrics.test as ClassificationMetrics).rows).toBe(66);
  });

  test('stores a LayersModel of float32 weights: 42 columns to 8 units to 1', async () => {
    const { tensors } = await readBlob(shop, await networkOf(first));
    expect(Object.values(tensors).map(({ shape }) => shape)).toEqual([[42, 8], [8], [8, 1], [1]]);
    for (const { data } of Object.values(tensors)) expect(data).toBeInstanceOf(Float32Array);
  });

  test('has the same bits for the same seed, and others for another', async () => {
    const bits = async (result: TrainingResult) => (await networkOf(result)).sha256;
    expect(await bits(await train(1))).toBe(await bits(first));
    expect(await bits(await train(2))).not.toBe(await bits(first));
  });

  test('predicts a probability for every order, the same again and again', async () => {
    const predict = async () => (await shop.client.predict({ model: referenceOf(first) })).result();
    const { file, rows, sha256, strategy } = await predict();
    expect({ rows, strategy }).toEqual({ rows: 400, strategy: 'materialize' });
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n').slice(1);
    const probabilities = lines.map((line) => Number(line.split(',')[1]));
    expect(probabilities).toHaveLength(400);
    expect(probabilities.every((p) => p > 0 && p < 1)).toBe(true);
    expect(new Set(probabilities).size).toBeGreaterThan(300);
    expect((await predict()).sha256).toBe(sha256);
  });

  test('is refused by partial scores, at once and with what to do instead', async () => {
    const asked = shop.client.predict({ model: referenceOf(first), strategy: 'factorize' });
    await expect(asked.then((run) => run.result())).rejects.toMatchObject({
      code: 'AMALUR_NO_PLAN',
      suggestion: 'use materialize',
    });
  });
});
