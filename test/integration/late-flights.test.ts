import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TrainingResult } from '../../client/index.js';
import type { JobInput } from '../../core/job/schema.js';
import type { ClassificationMetrics } from '../../core/models/model.js';
import { allHistories, payloadSizes } from '../support/histories.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf, referenceOf, trained } from '../support/jobs.js';
import { largestDifference, readModel, type StoredModel } from '../support/stored-model.js';

interface Reference extends Pick<StoredModel, 'intercept' | 'parameters'> {
  readonly rows: number;
  readonly trainRows: number;
  readonly test: ClassificationMetrics;
}

/** An exact solution on the joined table, by Newton's method in SciPy (test/fixtures/late-flights/make.py). */
const exact = exactOf('reference');
const STRATEGIES = ['materialize', 'factorize', 'federate'] as const;

describe('on 327,346 flights over three silos', () => {
  let flights: TestInstallation;
  const results: TrainingResult[] = [];
  const models: StoredModel[] = [];

  beforeAll(async () => {
    flights = await installExample('late-flights');
    for (const strategy of STRATEGIES) {
      const result = await trained(flights, jobOf(flights, 'late-arrivals', { strategy }));
      results.push(result);
      models.push(await readModel(flights, referenceOf(result)));
    }
  }, 240_000);
  afterAll(() => flights.remove());

  test.each(STRATEGIES.map((strategy, at) => [strategy, at] as const))(
    '%s has the test AUC and log-loss of an exact solver on the joined table, to 1e-6',
    (strategy, at) => {
      const { metrics, rows, stopped, ...result } = results[at]!;
      expect(result.strategy).toBe(strategy);
      expect(stopped).toBe('converged');
      expect(rows).toEqual({ train: exact.trainRows, test: exact.rows - exact.trainRows });
      const measured = metrics.test as ClassificationMetrics;
      expect(measured.positives).toBe(exact.test.positives);
      expect(Math.abs(Number(measured.auc) - Number(exact.test.auc))).toBeLessThan(1e-6);
      expect(Math.abs(Number(measured.logLoss) - Number(exact.test.logLoss))).toBeLessThan(1e-6);
    },
  );

  test('every strategy has the same parameters to 1e-8, and they are the exact ones', () => {
    const [materialized, ...others] = models;
    for (const other of others) expect(largestDifference(other, materialized!)).toBeLessThan(1e-8);
    expect(largestDifference(materialized!, exact)).toBeLessThan(1e-8);
  });

  test('arrival delays are predicted with the exact parameters, to 1e-8', async () => {
    const result = await trained(flights, jobOf(flights, 'arrival-delay'));
    const model = await readModel(flights, referenceOf(result));
    expect(largestDifference(model, exactOf('arrival-delay'))).toBeLessThan(1e-8);
  }, 60_000);

  test('a neural network learns from one pass over them', async () => {
    const job = jobOf(flights, 'late-arrivals-network');
    const result = await trained(flights, {
      ...job,
      model: { ...job.model, epochs: 1 } as JobInput['model'],
    });
    expect(result.rounds).toBe(1);
    expect((result.metrics.test as ClassificationMetrics).auc).toBeGreaterThan(0.7);
  }, 60_000);

  test('no payload of any history is larger than 64 KiB', async () => {
    const sizes = (await allHistories(flights)).flatMap(({ history }) => payloadSizes(history));
    expect(sizes.length).toBeGreaterThan(300);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64 * 1024);
  });
});

function exactOf(name: 'reference' | 'arrival-delay'): Reference {
  const file = new URL(`../fixtures/late-flights/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Reference;
}
