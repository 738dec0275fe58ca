import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { jobSchema, type JobInput } from '../../../core/job/schema.js';
import { runLocally } from '../../../core/training/local-runner.js';
import { trainInProcess } from '../../support/rounds-in-process.js';

interface Fixture {
  readonly columns: number;
  readonly x: readonly number[];
  readonly weights: readonly number[];
  readonly labels: Readonly<Record<string, readonly number[]>>;
  readonly cases: readonly {
    readonly model: JobInput['model'];
    readonly weighted: boolean;
    readonly theta: readonly number[];
    readonly intercept: number;
  }[];
}

// By scikit-learn: test/fixtures/models/make-elastic-net.py.
const file = new URL('../../fixtures/models/elastic-net.json', import.meta.url);
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
const table = denseMatrix(
  dense(fixture.x.length / fixture.columns, fixture.columns, Float64Array.from(fixture.x)),
);
const names = Array.from({ length: fixture.columns }, (_, at) => `x${at}`);

const fitted = ({ model, weighted }: Pick<Fixture['cases'][number], 'model' | 'weighted'>, change = {}) =>
  runLocally({
    table,
    names,
    labels: Float64Array.from(fixture.labels[model.type] ?? []),
    ...(weighted && { weights: Float64Array.from(fixture.weights) }),
    spec: jobSchema.shape.model.parse({ ...model, tolerance: 1e-11, ...change }),
    rounds: 500,
  });

describe('the sparse solutions of scikit-learn', () => {
  test.each(fixture.cases)('$model, weighted: $weighted', (given) => {
    const { theta, intercept } = given;
    const result = fitted(given);
    expect(result.stopped).toBe('converged');
    theta.forEach((value, at) => {
      expect(result.parameters.data[at] === 0, `x${at} is left out`).toBe(value === 0);
      expect(Math.abs(result.parameters.data[at]! - value)).toBeLessThan(1e-7);
    });
    expect(Math.abs(result.own[0]! - intercept)).toBeLessThan(1e-7);
    expect(result.progress.nonZero).toBe(theta.filter((value) => value !== 0).length);
  });

  test('some parameters are 0 and some are not, or nothing would be shown', () => {
    for (const l1 of [0.2, 0.05]) {
      const zeros = fixture.cases
        .filter(({ model }) => 'l1' in model && model.l1 === l1)
        .map(({ theta }) => theta.filter((value) => value === 0).length);
      for (const count of zeros) expect([1, 2, 3, 4, 5, 6, 7]).toContain(count);
    }
  });
});

test('a penalty that outweighs every gradient leaves the intercept alone, in two rounds at the most', () => {
  for (const { model, weighted } of fixture.cases.filter((_, at) => at % 3 === 0)) {
    const result = fitted({ model, weighted }, { l1: 1e3, tolerance: 1e-3 });
    expect(result.stopped).toBe('converged');
    expect(result.progress.round).toBeLessThanOrEqual(2);
    expect([...result.parameters.data]).toEqual(names.map(() => 0));
  }
});

test('where steps by parties would cross a corner at 0 again and again they end at it: in few rounds, at the one solution', () => {
  // Two parties of six columns each, and a parameter that is not 0 in the points of the first rounds but is in the solution.
  const cells = [
    [1, -3.125, -1.5, -1.5, 5.5, 5.75, 5.625, 4.125, -3.875, 0.625, -2.5, -3.875],
    [0, -2.5, 6, -2.375, -2.875, 0.5, -3.875, 4.5, -5.625, -4.375, 2.375, -3.75],
    [0, -2.5, 6, -2.375, -2.875, 0.5, -2.125, 4.75, 6.125, 4.875, -1.625, 0.625],
  ];
  const columnsFrom = (from: number, count: number) => ({
    table: denseMatrix(
      dense(3, count, Float64Array.from(cells.flatMap((row) => row.slice(from, from + count)))),
    ),
    names: Array.from({ length: count }, (_, at) => `x${from + at}`),
  });
  const labels = Float64Array.of(0, 1, 0);
  const settings = { type: 'linear-regression', l1: 0.0371, l2: 0.1, tolerance: 1e-12 };
  const spec = jobSchema.shape.model.parse(settings);
  const index = Int32Array.of(0, 1, 2);
  const target = {
    ...{ rows: 3, trainRows: 3, labels },
    groups: ['a', 'b'].map((id) => ({ id, shares: [{ party: id, sourceRows: 3, rows: index }] })),
  };
  const facts = { counts: new Float64Array(3).fill(1), trainRows: 3 };
  const tables = new Map([
    ['a', { ...columnsFrom(0, 6), ...facts }],
    ['b', { ...columnsFrom(6, 6), ...facts }],
  ]);
  const { parameters, own, stopped, curve } = trainInProcess(tables, target, spec);
  expect(stopped).toBe('converged');
  expect(curve.length).toBeLessThan(20);
  const whole = runLocally({ ...columnsFrom(0, 12), labels, spec, rounds: 500 });
  const found = [...(parameters.get('a')?.data ?? []), ...(parameters.get('b')?.data ?? []), ...own];
  [...whole.parameters.data, ...whole.own].forEach((value, at) => {
    expect(Math.abs(found[at]! - value)).toBeLessThan(1e-8);
    expect(found[at] === 0).toBe(value === 0);
  });
});
