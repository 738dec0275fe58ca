import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { factorizedTable } from '../../../core/algebra/factorized-table.js';
import { jobSchema } from '../../../core/job/schema.js';
import { familyOf } from '../../../core/models/programs.js';
import { runLocally } from '../../../core/training/local-runner.js';

interface Fixture {
  readonly columns: number;
  readonly x: readonly number[];
  readonly weights: readonly number[];
  readonly offsets: readonly number[];
  readonly labels: Readonly<Record<string, readonly number[]>>;
  readonly cases: readonly {
    readonly type: string;
    readonly weighted: boolean;
    readonly offset: boolean;
    readonly errors: readonly number[];
    readonly intercept: number;
  }[];
}

// By statsmodels: test/fixtures/models/make-standard-errors.py.
const file = new URL('../../fixtures/models/standard-errors.json', import.meta.url);
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
const { columns } = fixture;
const rows = fixture.x.length / columns;

function errorsOf(
  model: object,
  facts: { weights?: Float64Array; offsets?: Float64Array } = {},
  extra: number[] = [],
) {
  const spec = jobSchema.shape.model.parse({ tolerance: 1e-11, l2: 0, ...model });
  const width = columns + (extra.length > 0 ? 1 : 0);
  const cells = Array.from({ length: rows }, (_, row) => [
    ...fixture.x.slice(row * columns, (row + 1) * columns),
    ...(extra.length > 0 ? [extra[row]!] : []),
  ]);
  const table = denseMatrix(dense(rows, width, Float64Array.from(cells.flat())));
  const names = Array.from({ length: width }, (_, at) => `x${at}`);
  const labels = Float64Array.from(fixture.labels[spec.type] ?? fixture.labels['linear-regression'] ?? []);
  const { parameters, own } = runLocally({ table, names, labels, ...facts, spec, rounds: 1000 });
  return familyOf(spec.type).standardErrors?.(table, { rows, labels, ...facts }, spec, parameters, own);
}

describe('without a penalty standard errors are those of statsmodels', () => {
  test.each(fixture.cases)('$type, weighted: $weighted, offset: $offset', (one) => {
    const found = errorsOf(
      { type: one.type },
      {
        ...(one.weighted && { weights: Float64Array.from(fixture.weights) }),
        ...(one.offset && { offsets: Float64Array.from(fixture.offsets) }),
      },
    );
    const expected = [...one.errors, one.intercept];
    const errors = [...(found?.theta ?? []), found?.intercept ?? NaN];
    expect(errors).toHaveLength(expected.length);
    errors.forEach((value, at) => expect(value / expected[at]!).toBeCloseTo(1, 7));
  });
});

describe('standard errors', () => {
  test('are the same of T and of the tables that it is made of', () => {
    const [left, right] = [1, columns - 1].map((width, side) => {
      const cells = Array.from({ length: rows }, (_, row) =>
        fixture.x.slice(row * columns + side, row * columns + side + width),
      );
      return denseMatrix(dense(rows, width, Float64Array.from(cells.flat())));
    });
    const index = Int32Array.from({ length: rows }, (_, row) => row);
    const table = factorizedTable(rows, [
      { table: left!, index },
      { table: right!, index },
    ]);
    const spec = jobSchema.shape.model.parse({ type: 'gamma-regression', l2: 0, tolerance: 1e-11 });
    const labels = Float64Array.from(fixture.labels[spec.type] ?? []);
    const names = Array.from({ length: columns }, (_, at) => `x${at}`);
    const { parameters, own } = runLocally({ table, names, labels, spec, rounds: 1000 });
    const found = familyOf(spec.type).standardErrors?.(table, { rows, labels }, spec, parameters, own);
    const whole = errorsOf({ type: 'gamma-regression' });
    whole?.theta.forEach((value, at) => expect(found?.theta[at]).toBeCloseTo(value, 9));
    expect(found?.intercept).toBeCloseTo(whole?.intercept ?? NaN, 9);
  });

  const twice = Array.from({ length: rows }, (_, row) => 2 * fixture.x[row * columns]!);

  test('are none where columns depend on each other and nothing is penalised', () => {
    expect(errorsOf({ type: 'linear-regression' }, {}, twice)).toBeUndefined();
  });

  test('with a penalty are those of the prior where the rows say nothing', () => {
    const spread = errorsOf({ type: 'poisson-regression', l2: 0.1 }, {}, new Array<number>(rows).fill(0));
    expect(spread?.theta[columns]).toBeCloseTo(1 / Math.sqrt(0.1 * rows), 10);
    expect(errorsOf({ type: 'poisson-regression', l2: 0.1 }, {}, twice)).toBeDefined();
  });

  test('are not moved by a row that weighs nothing, though its mean be beyond numbers', () => {
    const spec = jobSchema.shape.model.parse({ type: 'poisson-regression', l2: 0 });
    const errorsAt = (cell: number) => {
      const table = denseMatrix(dense(4, 1, Float64Array.of(-1, 0.5, 1, cell)));
      const target = { rows: 4, labels: Float64Array.of(1, 2, 4, 1), weights: Float64Array.of(1, 2, 1, 0) };
      const theta = dense(1, 1, Float64Array.of(0.6));
      return familyOf(spec.type).standardErrors?.(table, target, spec, theta, Float64Array.of(0.9));
    };
    expect(errorsAt(3000)).toBeDefined();
    expect(errorsAt(3000)).toEqual(errorsAt(0));
  });

  test.each([
    { type: 'huber-regression', delta: 1 },
    { type: 'quantile-regression', quantile: 0.5, maxRounds: 5 },
    { type: 'logistic-regression', classWeights: 'balanced' },
  ])('are none of $type $classWeights: what is minimised is no likelihood', (model) => {
    expect(errorsOf(model)).toBeUndefined();
  });
});
