import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClassificationMetrics } from '../../core/models/model.js';
import type { JobInput } from '../../core/job/schema.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf, referenceOf, trained } from '../support/jobs.js';

/** By scikit-learn's encoders and Newton's method on the joined table (test/fixtures/credit/make.py). */
const exact = JSON.parse(
  readFileSync(new URL('../fixtures/credit/credit-default-curves.json', import.meta.url), 'utf8'),
) as {
  train: ClassificationMetrics;
  test: ClassificationMetrics;
  predictions: Record<string, number>;
};

describe('30,000 people whom two lenders know, in other orders', () => {
  let credit: TestInstallation;
  beforeAll(async () => {
    credit = await installExample('credit');
  });
  afterAll(() => credit.remove());

  test.each(['materialize', 'factorize', 'federate'] as const)(
    'categories and curves have by %s the measures and predictions of an exact model, to 1e-8',
    async (strategy) => {
      const job = jobOf(credit, 'credit-default-curves', { strategy });
      const result = await trained(credit, {
        ...job,
        model: { ...job.model, tolerance: 1e-11 } as JobInput['model'],
      });
      for (const side of ['train', 'test'] as const)
        for (const [metric, value] of Object.entries(exact[side]))
          expect(result.metrics[side]).toHaveProperty(metric, expect.closeTo(Number(value), 8));

      const { file } = await (await credit.client.predict({ model: referenceOf(result) })).result();
      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n').slice(1);
      const found = new Map(lines.map((line) => line.split(',') as [string, string]));
      expect(found.size).toBe(30_000);
      for (const [client, prediction] of Object.entries(exact.predictions))
        expect(Number(found.get(client)), client).toBeCloseTo(prediction, 8);
    },
    60_000,
  );

  test('plain numbers tell less, and a network more after few epochs', async () => {
    const aucOf = async (name: string, change: object) => {
      const job = jobOf(credit, name, { strategy: 'materialize' });
      const changed = { ...job, model: { ...job.model, ...change } };
      const { metrics } = await trained(credit, changed);
      return Number((metrics.test as ClassificationMetrics).auc);
    };
    const plain = await aucOf('credit-default', {});
    const network = await aucOf('credit-default-network', { epochs: 8 });
    expect(plain).toBeLessThan(Number(exact.test.auc));
    expect(network).toBeGreaterThan(Number(exact.test.auc));
  }, 60_000);
});
