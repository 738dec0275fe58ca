import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { jobSchema } from '../../../core/job/schema.js';
import { runLocally } from '../../../core/training/local-runner.js';
import { labelsFor, lossOf } from '../../support/glm-labels.js';

const drawn = fc
  .array(
    fc.record({
      x: fc.integer({ min: -20, max: 20 }).map((n) => n / 10),
      offset: fc.integer({ min: -30, max: 30 }).map((n) => n / 10),
      label: fc.integer({ min: 0, max: 1 }),
    }),
    { minLength: 3, maxLength: 10 },
  )
  .filter((rows) => [0, 1].every((label) => rows.some((row) => row.label === label)));
type Rows = Parameters<Parameters<typeof drawn.map>[0]>[0];

const given = (rows: Rows) => ({
  table: denseMatrix(
    dense(
      rows.length,
      1,
      Float64Array.from(rows, ({ x }) => x),
    ),
  ),
  names: ['x'],
  labels: Float64Array.from(rows, ({ label }) => label),
  offsets: Float64Array.from(rows, ({ offset }) => offset),
  rounds: 1000,
});

describe.each([
  { type: 'linear-regression', solver: 'gram' },
  { type: 'linear-regression', solver: 'l-bfgs' },
  { type: 'logistic-regression' },
  { type: 'poisson-regression' },
  { type: 'gamma-regression' },
  { type: 'huber-regression', delta: 0.7 },
])('%j', (model) => {
  const spec = jobSchema.shape.model.parse({ ...model, l2: 0.1, tolerance: 1e-11 });
  const fit = (rows: Rows) => {
    const facts = given(rows);
    return runLocally({ ...facts, labels: labelsFor(spec, facts.labels), spec });
  };

  test('at the solution the loss of score and offset together is least, by finite differences', () => {
    fc.assert(
      fc.property(drawn, (rows) => {
        const { parameters, own } = fit(rows);
        const { labels, offsets } = given(rows);
        const y = labelsFor(spec, labels);
        const objective = (theta: number, intercept: number) =>
          rows.reduce((sum, { x }, i) => sum + lossOf(spec, x * theta + intercept + offsets[i]!, y[i]!), 0) /
            rows.length +
          0.05 * theta ** 2;
        const [theta, intercept] = [parameters.data[0]!, own[0]!];
        // A loss whose second derivative jumps at a row leaves h/2 of the jump.
        const [h, near] = spec.type === 'huber-regression' ? [1e-7, 1e-6] : [1e-5, 1e-7];
        const slopes = [
          objective(theta + h, intercept) - objective(theta - h, intercept),
          objective(theta, intercept + h) - objective(theta, intercept - h),
        ];
        for (const slope of slopes) expect(Math.abs(slope / (2 * h))).toBeLessThan(near);
      }),
      { numRuns: 50 },
    );
  });

  test('one offset for all rows is taken off the intercept', () => {
    fc.assert(
      fc.property(drawn, (rows) => {
        const at = (offset: number) => fit(rows.map((row) => ({ ...row, offset })));
        const [none, some] = [at(0), at(2)];
        expect(some.parameters.data[0]).toBeCloseTo(none.parameters.data[0]!, 7);
        expect(some.own[0]! + 2).toBeCloseTo(none.own[0]!, 7);
      }),
      { numRuns: 25 },
    );
  });
});

test('counts with the logarithm of an exposure as offset are rates weighted by exposure', () => {
  const exposure = Float64Array.of(1, 2, 5, 10, 3);
  const labels = Float64Array.of(0, 3, 4, 22, 5);
  const spec = jobSchema.shape.model.parse({ type: 'poisson-regression', l2: 0, tolerance: 1e-11 });
  const facts = {
    table: denseMatrix(dense(5, 1, Float64Array.of(-1, 0.5, 0, 2, 1))),
    names: ['x'],
    spec,
    rounds: 500,
  };
  const counts = runLocally({ ...facts, labels, offsets: exposure.map(Math.log) });
  const rates = runLocally({ ...facts, labels: labels.map((y, i) => y / exposure[i]!), weights: exposure });
  expect(counts.parameters.data[0]).toBeCloseTo(rates.parameters.data[0]!, 9);
  expect(counts.own[0]).toBeCloseTo(rates.own[0]!, 9);
});

test('offsets beyond what an exponential holds are no divergence', () => {
  const spec = jobSchema.shape.model.parse({ type: 'poisson-regression', tolerance: 1e-9 });
  const { stopped, own } = runLocally({
    table: denseMatrix(dense(4, 1, Float64Array.of(-1, 1, 1, -1))),
    ...{ names: ['x'], labels: Float64Array.of(1, 2, 3, 4), spec, rounds: 500 },
    offsets: Float64Array.of(900, 900, 900, 900),
  });
  expect(stopped).toBe('converged');
  expect(own[0]! + 900).toBeCloseTo(Math.log(2.5), 6);
});
