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
