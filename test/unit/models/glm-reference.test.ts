import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { jobSchema, type JobInput } from '../../../core/job/schema.js';
import { runLocally } from '../../../core/training/local-runner.js';

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

// By scikit-learn: test/fixtures/models/make-glm.py.
const file = new URL('../../fixtures/models/glm.json', import.meta.url);
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
const table = denseMatrix(
  dense(fixture.x.length / fixture.columns, fixture.columns, Float64Array.from(fixture.x)),
);
const names = Array.from({ length: fixture.columns }, (_, at) => `x${at}`);

const cases = fixture.cases.flatMap(({ model, ...rest }) => {
  const solvers = model.type === 'linear-regression' ? (['gram', 'l-bfgs'] as const) : [undefined];
  return solvers.map((solver) => ({ model: { ...model, ...(solver && { solver }) }, ...rest }));
});

describe('the solutions of scikit-learn', () => {
  test.each(cases)('$model, weighted: $weighted', ({ model, weighted, theta, intercept }) => {
    const result = runLocally({
      table,
      names,
      labels: Float64Array.from(fixture.labels[model.type] ?? []),
      ...(weighted && { weights: Float64Array.from(fixture.weights) }),
      spec: jobSchema.shape.model.parse({ ...model, tolerance: 1e-11 }),
      rounds: 500,
    });
    expect(result.stopped).toBe('converged');
    theta.forEach((value, at) => expect(result.parameters.data[at]).toBeCloseTo(value, 8));
    expect(result.own[0]).toBeCloseTo(intercept, 8);
  });
});
