import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { requireCounts, requireInRange } from '../../../core/integration/label-range.js';
import { jobSchema } from '../../../core/job/schema.js';
import { evaluate } from '../../../core/models/evaluate.js';
import { familyOf } from '../../../core/models/programs.js';
import { runLocally } from '../../../core/training/local-runner.js';

const MODELS = ['poisson-regression', 'gamma-regression'] as const;
const specOf = (model: object) => jobSchema.shape.model.parse(model);
const column = (...cells: number[]) => denseMatrix(dense(cells.length, 1, Float64Array.from(cells)));

/** A smooth and strong dependence, with a remainder that no column explains. */
const rows = (count: number, factor: number) => {
  const x = Array.from({ length: count }, (_, row) => Math.sin(row * row));
  const labels = x.map((value, row) => Math.ceil(factor * Math.exp(3 * value + Math.cos(row))));
  return { x, labels: Float64Array.from(labels) };
};

describe.each(MODELS)('%s', (type) => {
  test.each([1, 1e3, 1e6, 1e12])('labels of about %d are learned from, and in few rounds', (factor) => {
    const { x, labels } = rows(300, factor);
    const tolerance = 1e-9 * (type === 'poisson-regression' ? factor : 1);
    const spec = specOf({ type, l2: 0, tolerance });
    const run = runLocally({ names: ['x'], table: column(...x), labels, spec, rounds: 100 });
    expect(run.stopped).toBe('converged');
    expect(run.progress.round).toBeLessThan(25);
    // About what the labels were made of: rounding them up, at the size of 1, blurs it.
    expect(Math.abs(run.parameters.data[0]! - 3)).toBeLessThan(factor === 1 ? 1.5 : 0.2);
  });

  test.each([1e3, 1e6, 1e9])('a cell of %d is no divergence: steps that overflow are shortened', (huge) => {
    const { x, labels } = rows(100, 10);
    const spec = specOf({ type, l2: 0.001 });
    const table = column(huge, ...x.slice(1));
    const { stopped, parameters } = runLocally({ names: ['x'], table, labels, spec, rounds: 500 });
    expect(stopped).toMatch(/converged|stalled/);
    expect(parameters.data[0]).toSatisfy(Number.isFinite);
  });

  test('a row that weighs nothing may have any label and any cell', () => {
    const { x, labels } = rows(50, 10);
    const weights = new Float64Array(50).fill(1);
    weights[7] = 0;
    const fitted = (cell: number, label: number) => {
      const table = column(...x.map((value, row) => (row === 7 ? cell : value)));
      const y = labels.map((value, row) => (row === 7 ? label : value));
      const spec = specOf({ type, l2: 0.1, tolerance: 1e-10 });
      return runLocally({ names: ['x'], table, labels: y, weights, spec, rounds: 500 });
    };
    // Far enough for an exponential of its score to overflow.
    const [plain, odd] = [fitted(0, 1), fitted(type === 'poisson-regression' ? 3000 : -3000, 1e9)];
    expect(odd.stopped).toBe('converged');
    expect(odd.parameters.data[0]).toBeCloseTo(plain.parameters.data[0]!, 8);
    expect(odd.own[0]).toBeCloseTo(plain.own[0]!, 8);
  });

  test('without a column that varies the prediction is the mean of the labels', () => {
    const labels = Float64Array.of(1, 2, 3, 6);
    const { own, parameters } = runLocally({
      ...{ names: ['x'], table: column(0, 0, 0, 0), labels },
      ...{ spec: specOf({ type, tolerance: 1e-12 }), rounds: 10 },
    });
    expect(Math.exp(own[0]!)).toBeCloseTo(3, 10);
    expect(parameters.data[0]).toBe(0);
  });

  test('one row is learned from', () => {
    const spec = specOf({ type });
    const { own, stopped } = runLocally({
      ...{ names: ['x'], table: column(0), labels: Float64Array.of(5), spec, rounds: 10 },
    });
    expect(stopped).toBe('converged');
    expect(Math.exp(own[0]!)).toBeCloseTo(5, 8);
  });
});

describe('mean deviance', () => {
  const of = (type: (typeof MODELS)[number], means: number[], labels: number[]) =>
    familyOf(type).measure(
      dense(means.length, 1, Float64Array.from(means, Math.log)),
      Float64Array.of(0),
      Float64Array.from(labels),
    );

  // sklearn.metrics.mean_poisson_deviance and mean_gamma_deviance of the same numbers.
  test.each([
    ['poisson-regression', [0.5, 2, 3], [0, 1, 4], 0.6383874],
    ['gamma-regression', [0.5, 2, 3], [0.25, 1, 4], 0.2879637],
  ] as const)('of %s is that of scikit-learn', (type, means, labels, expected) => {
    expect(of(type, [...means], [...labels])).toMatchObject({
      deviance: expect.closeTo(expected, 6) as number,
    });
  });

  test('is none on no rows, and where a prediction is beyond numbers', () => {
    expect(of('poisson-regression', [], [])).toMatchObject({ deviance: null });
    expect(of('poisson-regression', [Infinity], [1])).toMatchObject({ deviance: null });
  });

  test('is no measure of other regressions', () => {
    expect(evaluate('regression', Float64Array.of(1), Float64Array.of(1))).not.toHaveProperty('deviance');
  });
});

describe('labels that do not fit are refused', () => {
  const job = (type: string) =>
    jobSchema.parse({
      ...{ name: 'counts', task: 'regression', model: { type } },
      target: { base: 'airline.hours', label: { column: 'late' } },
    });
  const refused = (message: RegExp) =>
    expect.objectContaining({
      code: 'AMALUR_LABEL_OUT_OF_RANGE',
      field: 'target.label.column',
      message: expect.stringMatching(message) as string,
    }) as Error;

  test.each([
    ['poisson-regression', [1, -1, -0.5, 0], /2 rows/],
    ['poisson-regression', [1, Infinity], /1 rows/],
    ['gamma-regression', [1, 0, 2], /1 rows/],
  ])('%s with labels %j', (type, labels, message) => {
    expect(() => requireInRange(job(type), Float64Array.from(labels))).toThrow(refused(message));
  });

  test('counts of 0 alone, among rows that weigh anything', () => {
    const counts = job('poisson-regression');
    expect(() => requireCounts(counts, Float64Array.of(0, 0))).toThrow(refused(/all 0/));
    expect(() => requireCounts(counts, Float64Array.of(0, 3), Float64Array.of(1, 0))).toThrow(
      refused(/all 0/),
    );
    expect(() => requireCounts(counts, Float64Array.of(0, 3))).not.toThrow();
  });

  test('other models take any number', () => {
    expect(() => requireInRange(job('linear-regression'), Float64Array.of(-1, 0))).not.toThrow();
    expect(() => requireCounts(job('linear-regression'), Float64Array.of(0, 0))).not.toThrow();
  });
});
