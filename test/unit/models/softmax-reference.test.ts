import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { jobSchema } from '../../../core/job/schema.js';
import { softmaxRegression } from '../../../core/models/softmax/family.js';
import { runLocally } from '../../../core/training/local-runner.js';

interface Fixture {
  readonly columns: number;
  readonly x: readonly number[];
  readonly weights: readonly number[];
  readonly labels: readonly number[];
  readonly names: readonly string[];
  readonly l2: number;
  readonly cases: readonly {
    readonly classWeights: 'none' | 'balanced' | Readonly<Record<string, number>>;
    readonly weighted: boolean;
    readonly theta: readonly number[];
    readonly intercepts: readonly number[];
    readonly measures: Readonly<Record<string, number | readonly number[]>>;
    readonly probabilities: readonly number[];
  }[];
}

// By scikit-learn: test/fixtures/models/make-softmax.py.
const file = new URL('../../fixtures/models/softmax.json', import.meta.url);
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
const rows = fixture.labels.length;
const table = denseMatrix(dense(rows, fixture.columns, Float64Array.from(fixture.x)));
const labels = Float64Array.from(fixture.labels);

describe.each(fixture.cases)(
  'as scikit-learn, class weights $classWeights, weighted: $weighted',
  ({ classWeights, weighted, theta, intercepts, measures, probabilities }) => {
    const result = runLocally({
      table,
      names: Array.from({ length: fixture.columns }, (_, at) => `x${at}`),
      labels,
      classes: fixture.names,
      ...(weighted && { weights: Float64Array.from(fixture.weights) }),
      spec: jobSchema.shape.model.parse({
        type: 'softmax-regression',
        l2: fixture.l2,
        classWeights,
        tolerance: 1e-11,
      }),
      rounds: 500,
    });
    const scores = table.multiply(result.parameters);

    test('the solution', () => {
      expect(result.stopped).toBe('converged');
      expect(result.parameters.data).toHaveLength(theta.length);
      theta.forEach((value, at) => expect(result.parameters.data[at]).toBeCloseTo(value, 8));
      intercepts.forEach((value, at) => expect(result.own[at]).toBeCloseTo(value, 8));
    });

    test('probabilities, by the names of the classes', () => {
      const predicted = softmaxRegression.predict(scores, result.own, { classes: fixture.names });
      expect([...predicted.keys()]).toEqual(fixture.names.map((name) => `probability_${name}`));
      [...predicted.values()].forEach((column, label) => {
        for (let row = 0; row * 4 < probabilities.length; row++)
          expect(column[row]).toBeCloseTo(probabilities[row * 4 + label]!, 8);
      });
    });

    test('measures', () => {
      const found = softmaxRegression.measure(scores, result.own, labels);
      expect(Object.keys(found).sort()).toEqual(Object.keys(measures).sort());
      for (const [name, value] of Object.entries(measures)) {
        const own = (found as unknown as Record<string, number | readonly number[]>)[name];
        if (typeof value === 'number') expect(own, name).toBeCloseTo(value, 8);
        else expect(own).toEqual(value);
      }
    });
  },
);
