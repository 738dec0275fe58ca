import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelVersionRecord } from '../../catalog/catalog.js';
import type { InferenceRequest, TrainingResult } from '../../client/index.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf, referenceOf, trained } from '../support/jobs.js';
import { readPart } from '../../core/models/model-part.js';
import { readBlob } from '../support/stored-model.js';

/** Every way in which the example can be trained. */
const WAYS = ['materialize', 'factorize', 'federate', 'auto'] as const;
type Way = (typeof WAYS)[number];

/** Rows of the base table. */
const ORDERS = 400;

let shop: TestInstallation;

beforeAll(async () => {
  shop = await installExample('orders');
});
afterAll(() => shop.remove());

describe.each([
  { name: 'order-groups', columns: ['cluster', 'distance'] },
  {
    name: 'order-mixture',
    columns: ['cluster', 'probability_0', 'probability_1', 'probability_2', 'logDensity'],
  },
  { name: 'order-patterns', columns: ['loading_1', 'loading_2', 'loading_3'] },
  { name: 'order-components', columns: ['component_1', 'component_2', 'component_3'] },
])('the job $name', ({ name, columns }) => {
  const results = new Map<Way, TrainingResult>();
  const models = new Map<Way, Model>();
  const of = <T>(map: Map<Way, T>, way: Way): T => {
    const found = map.get(way);
    if (found === undefined) throw new Error(`${way} has not been trained`);
    return found;
  };

  beforeAll(async () => {
    for (const way of WAYS) {
      const result = await trained(shop, jobOf(shop, name, { strategy: way }));
      results.set(way, result);
      models.set(way, await read(referenceOf(result)));
    }
  }, 240_000);

  test.each(WAYS)(
    'by %s stops because it has converged, with the model of the joined table to 1e-8',
    (way) => {
      expect(of(results, way).stopped).toBe('converged');
      expectClose(of(models, way).numbers, of(models, 'materialize').numbers, 1e-8);
    },
  );

  test('goes where it was asked to, and counts all rows of the base table', () => {
    const strategies = WAYS.slice(0, 3).map((way) => of(results, way).strategy);
    expect(strategies).toEqual(['materialize', 'factorize', 'federate']);
    const { train, test: held } = of(results, 'materialize').rows;
    expect(train + held).toBe(ORDERS);
  });

  test.each(WAYS)(
    'by %s measures the same on training and test rows, and the catalog tells it again',
    (way) => {
      const { metrics } = of(results, way);
      expect(of(models, way).record.metrics).toEqual(metrics);
      for (const side of ['train', 'test'] as const) {
        const measured = Object.entries(metrics[side]).flatMap(([, value]) => value as number | number[]);
        const reference = of(results, 'materialize').metrics[side];
        expectClose(
          measured,
          Object.entries(reference).flatMap(([, value]) => value as number | number[]),
          1e-8,
        );
        expect(metrics[side].rows).toBe(of(results, way).rows[side]);
      }
    },
  );

  test('predicts the same by rows, by partial scores and by parameters that stay in their silos', async () => {
    const reference = referenceOf(of(results, 'materialize'));
    const byRows = await predictions({ model: reference, strategy: 'materialize' }, columns);
    expect(byRows).toHaveLength(ORDERS);
    for (const request of [
      { model: reference, strategy: 'factorize' as const },
      { model: referenceOf(of(results, 'federate')) },
    ]) {
      const byScores = await predictions(request, columns);
      expect(byScores.map(([order]) => order)).toEqual(byRows.map(([order]) => order));
      byRows.forEach(([order, ...values], row) => {
        expectClose(byScores[row]!.slice(1).map(Number), values.map(Number), 1e-7, order);
      });
    }
  });

  test('by federate leaves every part of the model in the store of its silo', () => {
    const { parts } = of(models, 'federate').record.manifest;
    expect(Object.values(parts).map(({ home }) => home)).not.toContain('exchange');
  });
});

test('the sizes of clusters are those of the rows that are predicted into them', async () => {
  const result = await trained(shop, jobOf(shop, 'order-groups'));
  const rows = await predictions({ model: referenceOf(result) }, ['cluster', 'distance']);
  const sizes = [0, 1, 2, 3].map((cluster) => rows.filter(([, label]) => Number(label) === cluster).length);
  const { train, test: held } = result.metrics;
  if (!('inertia' in train && 'inertia' in held)) throw new Error('K-means is measured by its inertia');
  expect(train.clusters.map((size, cluster) => size + held.clusters[cluster]!)).toEqual(sizes);
  const inertia = rows.reduce((sum, [, , distance]) => sum + Number(distance) ** 2, 0);
  expect(inertia).toBeCloseTo(train.inertia! + held.inertia!, 6);
}, 120_000);

test('a scale that makes negative numbers is refused for a factorisation before anything runs', async () => {
  const job = jobOf(shop, 'order-patterns');
  const scaled = { ...job, features: { ...job.features, scale: 'standard' as const } };
  await expect(trained(shop, scaled)).rejects.toMatchObject({
    code: 'AMALUR_INVALID_JOB',
    field: 'features.scale',
  });
}, 60_000);

interface Model {
  readonly record: ModelVersionRecord;
  /** All of its numbers: those of its parts by party, and its own. */
  readonly numbers: readonly number[];
}

async function read(reference: string): Promise<Model> {
  const { model: record } = await shop.client.ask({ about: 'model', model: reference });
  if (!record) throw new Error(`the catalog does not tell of ${reference}`);
  const numbers: number[] = [];
  for (const [, ref] of Object.entries(record.manifest.parts).sort(([a], [b]) => (a < b ? -1 : 1))) {
    numbers.push(...readPart(await readBlob(shop, ref)).theta.data);
  }
  return { record, numbers: [...numbers, ...(record.manifest.own ?? [])] };
}

function expectClose(
  numbers: readonly number[],
  expected: readonly number[],
  tolerance: number,
  of?: string,
): void {
  expect(numbers.length).toBe(expected.length);
  expected.forEach((value, at) => {
    expect(Math.abs(numbers[at]! - value), of).toBeLessThan(tolerance * Math.max(1, Math.abs(value)));
  });
}

/** Rows of a predictions file: the order, then the columns that are predicted. */
async function predictions(request: InferenceRequest, columns: readonly string[]): Promise<string[][]> {
  const result = await (await shop.client.predict(request)).result();
  const [header, ...lines] = (await readFile(result.file, 'utf8')).trimEnd().split('\n');
  expect(header).toBe(['order_id', ...columns].join(','));
  return lines.map((line) => line.split(','));
}
