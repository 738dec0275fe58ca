import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCatalog } from '../../catalog/index.js';
import type { InferenceRequest, TrainingResult } from '../../client/index.js';
import type { JobInput } from '../../core/job/schema.js';
import type { Evaluation } from '../../core/evaluation/evaluation.js';
import type { LeftOut } from '../../core/evaluation/left-out.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf, referenceOf, trained } from '../support/jobs.js';
import { largestDifference, readModel, type StoredModel } from '../support/stored-model.js';

interface Reference extends Pick<StoredModel, 'intercept' | 'parameters'> {
  readonly train: Readonly<Record<string, number>>;
  readonly test: Readonly<Record<string, number>>;
  readonly predictions: Readonly<Record<string, number>>;
}

/** Every way in which the example can be trained. */
const WAYS = ['materialize', 'factorize', 'federate', 'auto', 'factorize at the aggregator'] as const;
type Way = (typeof WAYS)[number];

let shop: TestInstallation;

beforeAll(async () => {
  shop = await installExample('orders');
});
afterAll(() => shop.remove());

describe.each([
  ...['returns', 'delivery', 'delivery-sparse'],
  ...['delivery-gamma', 'delivery-huber', 'returns-curves', 'returns-target-encoding'],
])('the job %s', (name) => {
  const exact = referenceFor(name);
  const results = new Map<Way, TrainingResult>();
  const models = new Map<Way, StoredModel>();
  const of = <T>(map: Map<Way, T>, way: Way): T => {
    const found = map.get(way);
    if (found === undefined) throw new Error(`${way} has not been trained`);
    return found;
  };

  beforeAll(async () => {
    for (const way of WAYS) {
      const result = await train(name, way);
      results.set(way, result);
      models.set(way, await readModel(shop, referenceOf(result)));
    }
  }, 120_000);

  test.each(WAYS)('by %s has the exact parameters, to 1e-8, and stops because it has converged', (way) => {
    expect(of(results, way).stopped).toBe('converged');
    expect(largestDifference(of(models, way), exact)).toBeLessThan(1e-8);
  });

  test('goes where it was asked to: every strategy is really another way', () => {
    const ways = WAYS.map((way) => {
      const { strategy, site } = of(results, way);
      return [way, `${strategy}@${site}`] as const;
    });
    expect(Object.fromEntries(ways)).toMatchObject({
      materialize: expect.stringMatching(/^materialize@/),
      factorize: 'factorize@silo.shop',
      federate: 'federate@silo.shop',
      'factorize at the aggregator': 'factorize@aggregator',
    });
  });

  test.each(WAYS)('by %s measures on training and test rows what the exact model measures', (way) => {
    const { metrics } = of(results, way);
    for (const side of ['train', 'test'] as const) {
      const measured = metrics[side] as unknown as Record<string, number>;
      expect(Object.keys(measured).sort()).toEqual(Object.keys(exact[side]).sort());
      for (const [metric, value] of Object.entries(exact[side]))
        expect(measured[metric], `${side} ${metric}`).toBeCloseTo(value, 8);
    }
  });

  test('every way tells the same of the test rows, to 1e-8: curves, intervals, what each silo adds', async () => {
    const [first, ...others] = await Promise.all(WAYS.map((way) => evaluationOf(of(results, way))));
    expect(first?.intervals?.resamples).toBe(200);
    expect(first?.importance?.silos.map(({ silos }) => silos)).toEqual([['crm'], ['shop'], ['warehouse']]);
    expect(first?.importance?.silos.some(({ mean }) => mean > 0.01)).toBe(true);
    expect(Object.keys(first ?? {})).toContain(name.startsWith('returns') ? 'classes' : 'errors');
    const wanted = numbersIn(first);
    expect(wanted.length).toBeGreaterThan(40);
    for (const [at, other] of others.entries()) {
      const found = numbersIn(other);
      expect(found.map(([path]) => path)).toEqual(wanted.map(([path]) => path));
      for (const [position, [path, value]] of found.entries())
        expect(Math.abs(value - wanted[position]![1]), `${path} by ${WAYS[at + 1]}`).toBeLessThan(
          1e-8 * Math.max(1, Math.abs(value)),
        );
    }
  });

  test('predicts the same by rows and by partial scores, to 1e-10, and as the exact model does, for every row of the base table', async () => {
    const reference = referenceOf(of(results, 'materialize'));
    const byRows = await predictions({ model: reference, strategy: 'materialize' });
    const byScores = await predictions({ model: reference, strategy: 'factorize' });
    expect(byRows.size).toBe(400);
    expect([...byScores.keys()]).toEqual([...byRows.keys()]);
    for (const [order, prediction] of byRows)
      expect(Math.abs(prediction - (byScores.get(order) ?? NaN)), order).toBeLessThan(1e-10);
    expect(Object.keys(exact.predictions).length).toBeGreaterThan(50);
    for (const [order, prediction] of Object.entries(exact.predictions))
      expect(byRows.get(order), order).toBeCloseTo(prediction, 8);
  });

  test('by federate predicts with parameters that never leave their silos, and not by bringing them together', async () => {
    const reference = referenceOf(of(results, 'federate'));
    const own = await predictions({ model: reference });
    for (const [order, prediction] of Object.entries(exact.predictions))
      expect(own.get(order), order).toBeCloseTo(prediction, 8);
    await expect(predictions({ model: reference, strategy: 'materialize' })).rejects.toMatchObject({
      code: 'AMALUR_NO_PLAN',
      field: 'strategy',
    });
  });

  test('has standard errors where all rows were in one place and it is a likelihood, and none elsewhere', () => {
    const errorOf = (way: Way) => of(models, way).record.manifest.interceptError;
    if (['delivery-huber', 'delivery-sparse'].includes(name)) expect(errorOf('materialize')).toBeUndefined();
    else expect(errorOf('materialize')).toBeGreaterThan(0);
    for (const way of ['factorize', 'federate'] as const) expect(errorOf(way)).toBeUndefined();
  });

  test.each(WAYS)('by %s tells how many parameters are not 0 if it sets some to 0, and only then', (way) => {
    const { record, parameters } = of(models, way);
    const values = Object.values(parameters).flatMap((columns) => Object.values(columns));
    const nonZero = values.filter((value) => value !== 0).length;
    expect(record.manifest.nonZero).toBe(name === 'delivery-sparse' ? nonZero : undefined);
    if (name === 'delivery-sparse') expect(nonZero).toBeLessThan(values.length);
  });

  test('by federate leaves every part of the model in the store of its silo', () => {
    const { parts } = of(models, 'federate').record.manifest;
    expect(Object.fromEntries(Object.entries(parts).map(([party, { home }]) => [party, home]))).toEqual({
      'shop.orders': 'private:silo.shop',
      'crm.customers': 'private:silo.crm',
      'warehouse.products': 'private:silo.warehouse',
    });
  });
});

describe('counts of late flights, with the logarithm of all flights as offset', () => {
  const exact = referenceFor('late-departures', 'flight-counts');
  let flights: TestInstallation;
  const results = new Map<string, TrainingResult>();
  beforeAll(async () => {
    flights = await installExample('flight-counts');
    for (const strategy of ['materialize', 'factorize', 'federate'] as const)
      results.set(strategy, await trained(flights, jobOf(flights, 'late-departures', { strategy })));
  }, 120_000);
  afterAll(() => flights.remove());

  test.each(['materialize', 'factorize', 'federate'] as const)(
    'by %s have the exact parameters, to 1e-8, and the measures of the exact model',
    async (strategy) => {
      const result = results.get(strategy)!;
      expect(result.stopped).toBe('converged');
      const model = await readModel(flights, referenceOf(result));
      expect(largestDifference(model, exact)).toBeLessThan(1e-8);
      for (const side of ['train', 'test'] as const)
        for (const [metric, value] of Object.entries(exact[side]))
          expect(result.metrics[side]).toHaveProperty(metric, expect.closeTo(value, 7));
    },
  );

  test.each([
    ['materialize', 'materialize'],
    ['materialize', 'factorize'],
    ['federate', undefined],
  ] as const)(
    'of a model by %s are predicted with the offset of each row, by %s',
    async (trainedBy, strategy) => {
      const model = referenceOf(results.get(trainedBy)!);
      const result = await (await flights.client.predict({ model, ...(strategy && { strategy }) })).result();
      const [header = '', ...lines] = (await readFile(result.file, 'utf8')).trimEnd().split('\n');
      const at = ['origin', 'day', 'hour'].map((name) => header.split(',').indexOf(name));
      const found = new Map(
        lines.map((line) => {
          const cells = line.split(',');
          return [at.map((column) => cells[column]).join('|'), Number(cells.at(-1))] as const;
        }),
      );
      expect(found.size).toBe(1484);
      for (const [row, prediction] of Object.entries(exact.predictions))
        expect(found.get(row), row).toBeCloseTo(prediction, 8);
    },
  );
});

describe('the job delivery-quantile, whose loss has a kink', () => {
  const exact = JSON.parse(
    readFileSync(new URL('../fixtures/orders/delivery-quantile.json', import.meta.url), 'utf8'),
  ) as { meanLoss: number };

  test.each(['materialize', 'federate'] as const)(
    'by %s has the mean loss of the exact model, within a thousandth',
    async (strategy) => {
      const result = await trained(shop, jobOf(shop, 'delivery-quantile', { strategy }));
      expect(result.stopped).toBe('converged');
      const { run } = await shop.client.ask({ about: 'run', run: result.run });
      const loss = run!.facts!.curve.at(-1)!.loss;
      expect(Math.abs(loss / exact.meanLoss - 1)).toBeLessThan(1e-3);
    },
    60_000,
  );
});

describe('the job delivery-products, with products of columns of different tables', () => {
  const exact = referenceFor('delivery-products');
  const name = 'delivery-products';
  let reference: string;

  test('has the exact parameters, to 1e-8, trained where all rows come together', async () => {
    const result = await train(name, 'auto');
    expect(result.strategy).toBe('materialize');
    reference = referenceOf(result);
    expect(largestDifference(await readModel(shop, reference), exact)).toBeLessThan(1e-8);
    for (const [metric, value] of Object.entries(exact.test))
      expect((result.metrics.test as unknown as Record<string, number>)[metric], metric).toBeCloseTo(
        value,
        8,
      );
  });

  test('predicts as the exact model does, and by rows alone', async () => {
    const found = await predictions({ model: reference });
    for (const [order, prediction] of Object.entries(exact.predictions))
      expect(found.get(order), order).toBeCloseTo(prediction, 8);
    await expect(predictions({ model: reference, strategy: 'factorize' })).rejects.toMatchObject({
      code: 'AMALUR_NO_PLAN',
      field: 'strategy',
    });
  });

  test.each(['factorize', 'federate'] as const)(
    'is refused by %s, which brings no rows together',
    async (strategy) => {
      await expect(trained(shop, jobOf(shop, name, { strategy }))).rejects.toMatchObject({
        code: 'AMALUR_INVALID_JOB',
        field: 'features.interactions[0]',
      });
    },
  );
});

describe('a training that begins at the parameters of a version', () => {
  const model = { type: 'logistic-regression', l2: 1e-6, tolerance: 1e-11 } as const;
  const now = (change: Partial<JobInput>) => jobOf(shop, 'returns', { name: 'now', model, ...change });
  /** Its columns were encoded otherwise: parameters are carried over to the columns of now, group by group. */
  const before = (strategy: 'materialize' | 'federate') =>
    now({ name: 'before', strategy, features: { ...now({}).features, scale: 'min-max' } });
  /** Of the columns of one silo. */
  const alone = (): Partial<JobInput> => {
    const { features = {} } = now({});
    const exclude = (features.exclude ?? []).filter((column) => column.startsWith('shop.'));
    return { integration: { scenario: 'left', joins: [] }, features: { ...features, exclude } };
  };
  const cold = new Map<string, TrainingResult>();
  beforeAll(async () => {
    for (const strategy of ['materialize', 'federate'] as const) {
      await trained(shop, before(strategy));
      cold.set(strategy, await trained(shop, now({ strategy })));
    }
    cold.set('alone', await trained(shop, now({ ...alone(), strategy: 'factorize' })));
  }, 60_000);
  const losses = async ({ run }: TrainingResult) => {
    const { run: record } = await shop.client.ask({ about: 'run', run });
    const values = (record?.facts?.curve ?? []).map(({ loss }) => loss);
    return { first: values[0] ?? NaN, last: values.at(-1) ?? NaN };
  };

  test.each([
    ['materialize', 'materialize', 'before@1', 'before@1', 'materialize'],
    ['factorize over silos', 'factorize', 'before@1', 'before@1', 'federate'],
    ['factorize in one silo', 'factorize', 'now@3', 'now@3', 'alone'],
    ['federate, from parts that stay in their silos', 'federate', 'before', 'before@2', 'federate'],
  ] as const)(
    'by %s has the solution of one that began by itself, to 1e-8, in fewer rounds, and says where it began',
    async (_way, strategy, warmStart, version, like) => {
      const own = cold.get(like)!;
      const warm = await trained(shop, now({ strategy, warmStart, ...(like === 'alone' && alone()) }));
      expect(warm).toMatchObject({ strategy, stopped: 'converged' });
      const [found, exact] = [
        await readModel(shop, referenceOf(warm)),
        await readModel(shop, referenceOf(own)),
      ];
      expect(largestDifference(found, exact)).toBeLessThan(1e-8);
      expect(warm.rounds).toBeLessThan(own.rounds);
      const [ofWarm, ofCold] = [await losses(warm), await losses(own)];
      expect(ofWarm.first - ofWarm.last).toBeLessThan(1e-6 * (ofCold.first - ofCold.last));
      expect(found.record.resolved.job.warmStart).toBe(version);
      expect(exact.record.resolved.job.warmStart).toBeUndefined();
    },
  );

  test.each(['materialize', 'factorize', 'auto'] as const)(
    'is refused by %s where they stay in their silos, with what may be done',
    async (strategy) => {
      await expect(trained(shop, now({ strategy, warmStart: 'before@2' }))).rejects.toMatchObject({
        code: 'AMALUR_START_MISFIT',
        field: 'warmStart',
        message: 'the parameters of before@2 stay in their silos',
        suggestion: 'set strategy to "federate"',
      });
    },
  );
});

describe('what each silo adds, by leaving it out', () => {
  const leftOut = new Map<string, LeftOut>();
  beforeAll(async () => {
    for (const strategy of ['materialize', 'factorize', 'federate'] as const) {
      const job = jobOf(shop, 'delivery', { strategy, evaluation: { leaveOut: true, importance: 'none' } });
      const found = (await evaluationOf(await trained(shop, job))).leftOut;
      if (found) leftOut.set(strategy, found);
    }
  }, 60_000);

  test.each([
    ['crm', 'customers', 'materialize'],
    ['warehouse', 'products', 'federate'],
  ] as const)(
    'without %s it is the model of the job that excludes all columns of its %s, to 1e-10, by %s',
    async (silo, table, strategy) => {
      const { tables = [] } = await shop.client.ask({ about: 'tables' });
      const found = tables.find((one) => one.silo === silo && one.profile.table === table);
      const own = (found?.profile.columns ?? []).map(({ name }) => `${silo}.${table}.${name}`);
      const { features, ...job } = jobOf(shop, 'delivery', { strategy });
      const exclude = [...new Set([...(features?.exclude ?? []), ...own])];
      const byHand = await trained(shop, { ...job, features: { ...features, exclude } });
      const without = leftOut.get(strategy)?.silos.find((one) => one.silo === silo);
      expect(own.length).toBeGreaterThan(2);
      expect(without).toMatchObject({ stopped: 'converged', rounds: byHand.rounds });
      expect(byHand.metrics.test).toHaveProperty('rmse', expect.closeTo(without?.without ?? NaN, 10));
    },
  );

  test('is what the model loses, with intervals, and the same by every strategy', () => {
    const [first, ...others] = [...leftOut.values()];
    expect(others).toHaveLength(2);
    expect(first).toMatchObject({ measure: 'rmse', resamples: 200, level: 0.95 });
    expect(first?.silos.map(({ silo }) => silo)).toEqual(['crm', 'warehouse']);
    for (const { without, lost, interval } of first?.silos ?? []) {
      expect(lost).toBeCloseTo((without ?? NaN) - (first?.with ?? NaN), 12);
      expect(interval?.defined).toBe(200);
      expect(interval?.low).toBeLessThan(interval?.high ?? NaN);
    }
    for (const { silos } of others) {
      for (const [at, { without, lost, interval }] of silos.entries()) {
        const same = first?.silos[at];
        const pairs = [
          [without, same?.without],
          [lost, same?.lost],
          [interval?.low, same?.interval?.low],
          [interval?.high, same?.interval?.high],
        ] as const;
        for (const [value, wanted] of pairs) expect(value).toBeCloseTo(wanted ?? NaN, 8);
      }
    }
  });

  test('makes no model version and no run of its own', async () => {
    const { runs = [] } = await shop.client.ask({ about: 'runs', limit: 100 });
    const { models = [] } = await shop.client.ask({ about: 'models' });
    expect(runs.length).toBeGreaterThan(2);
    expect([...runs, ...models].filter(({ run }) => run.includes('without'))).toEqual([]);
  });
});

function referenceFor(name: string, example = 'orders'): Reference {
  const file = new URL(`../fixtures/${example}/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Reference;
}

/** What the catalog keeps of the model's test rows. */
async function evaluationOf({ run }: TrainingResult): Promise<Evaluation> {
  const { run: record } = await shop.client.ask({ about: 'run', run });
  const evaluation = record?.facts?.evaluation;
  if (!evaluation) throw new Error(`${run} has no evaluation`);
  return evaluation;
}

/** Every number of an evaluation with the path to it. */
function numbersIn(value: unknown, path = ''): [path: string, value: number][] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => numbersIn(member, `${path}.${name}`));
}

/** The planner is moved to another place by what it knows: a host of the base silo that has no memory to speak of. */
async function train(name: string, way: Way): Promise<TrainingResult> {
  if (way !== 'factorize at the aggregator') return trained(shop, jobOf(shop, name, { strategy: way }));
  const catalog = await openCatalog(shop.config.catalogUrl);
  try {
    const base = (await catalog.silos.list()).find(({ silo }) => silo === 'shop');
    const host = base?.hosts.at(-1);
    if (!host) throw new Error('the host of the base silo is not known');
    await catalog.silos.register('shop', { ...host, memoryBytes: 1 });
    try {
      return await trained(shop, jobOf(shop, name, { strategy: 'factorize' }));
    } finally {
      await catalog.silos.register('shop', host);
    }
  } finally {
    await catalog.close();
  }
}

/** Predictions by order, as the file says. */
async function predictions(request: InferenceRequest): Promise<Map<string, number>> {
  const result = await (await shop.client.predict(request)).result();
  const [header, ...lines] = (await readFile(result.file, 'utf8')).trimEnd().split('\n');
  expect(header).toBe('order_id,prediction');
  expect(lines).toHaveLength(result.rows);
  return new Map(lines.map((line) => line.split(',')).map(([order = '', value]) => [order, Number(value)]));
}
