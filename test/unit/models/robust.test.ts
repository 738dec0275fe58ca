import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { factorizedTable } from '../../../core/algebra/factorized-table.js';
import { weightedQuantile } from '../../../core/models/glm/weighted-quantile.js';
import { smoothedCheck } from '../../../core/models/quantile-regression.js';
import { jobSchema } from '../../../core/job/schema.js';
import { runLocally } from '../../../core/training/local-runner.js';
import type { TargetIndex } from '../../../core/integration/target-index.js';
import { trainInProcess } from '../../support/rounds-in-process.js';

interface Fixture {
  readonly columns: number;
  readonly x: readonly number[];
  readonly weights: readonly number[];
  readonly labels: Readonly<Record<string, readonly number[]>>;
  readonly quantiles: readonly { quantile: number; weighted: boolean; loss: number }[];
}

// By scikit-learn: test/fixtures/models/make-glm.py.
const file = new URL('../../fixtures/models/glm.json', import.meta.url);
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
const { columns } = fixture;
const rows = fixture.x.length / columns;
const table = denseMatrix(dense(rows, columns, Float64Array.from(fixture.x)));
const names = Array.from({ length: columns }, (_, at) => `x${at}`);
const labels = Float64Array.from(fixture.labels['quantile-regression'] ?? []);
const specOf = (quantile: number, more = {}) =>
  jobSchema.shape.model.parse({ type: 'quantile-regression', quantile, l2: 0, ...more });

describe.each(fixture.quantiles)(
  'the quantile $quantile, weighted: $weighted',
  ({ quantile, weighted, loss }) => {
    const weights = weighted ? Float64Array.from(fixture.weights) : undefined;
    const result = runLocally({
      ...{ table, names, labels, spec: specOf(quantile), rounds: 500 },
      ...(weights && { weights }),
    });
    const residuals = labels.map((label, row) => {
      const score = names.reduce(
        (sum, _, c) => sum + fixture.x[row * columns + c]! * result.parameters.data[c]!,
        result.own[0]!,
      );
      return label - score;
    });
    const mean = (of: (r: number) => number) => {
      let [sum, total] = [0, 0];
      residuals.forEach((r, row) => {
        sum += (weights?.[row] ?? 1) * of(r);
        total += weights?.[row] ?? 1;
      });
      return sum / total;
    };

    test('has the mean check function that a linear programme finds, to 0.03 %', () => {
      expect(result.stopped).toBe('converged');
      const found = mean((r) => (r > 0 ? quantile * r : (quantile - 1) * r));
      expect(found / loss - 1).toBeGreaterThan(-1e-9);
      expect(found / loss - 1).toBeLessThan(3e-4);
    });

    test('has about its share of rows below', () => {
      const below = mean((r) => (r < 0 ? 1 : 0));
      expect(Math.abs(below - quantile)).toBeLessThan((columns + 1) / rows + 0.03);
    });
  },
);

test('in one place, factorized and in rounds a quantile has one solution, to 1e-8', () => {
  const spec = specOf(0.7, { l2: 0.01, tolerance: 1e-10 });
  const index = Int32Array.from(labels, (_, row) => row);
  const whole = runLocally({ table, names, labels, spec, rounds: 2000 });
  const factorized = factorizedTable(rows, [{ table, index }]);
  const other = runLocally({ table: factorized, names, labels, spec, rounds: 2000 });
  const target: TargetIndex = {
    ...{ rows, trainRows: rows, labels },
    groups: [{ id: 'a.t', shares: [{ party: 'a.t', sourceRows: rows, rows: index }] }],
  };
  const counts = new Float64Array(rows).fill(1);
  const rounds = trainInProcess(new Map([['a.t', { table, names, counts, trainRows: rows }]]), target, spec, {
    forgetting: true,
  });
  expect(whole.stopped).toBe('converged');
  const solution = [...whole.parameters.data, ...whole.own];
  for (const found of [
    [...other.parameters.data, ...other.own],
    [...(rounds.parameters.get('a.t')?.data ?? []), ...rounds.own],
  ])
    found.forEach((value, at) => expect(Math.abs(value - solution[at]!)).toBeLessThan(1e-8));
});

test('labels that are all the same are every quantile of themselves', () => {
  const same = new Float64Array(rows).fill(7);
  const { own, stopped, parameters } = runLocally({
    table,
    names,
    labels: same,
    spec: specOf(0.1),
    rounds: 500,
  });
  expect(stopped).toBe('converged');
  expect(own[0]).toBeCloseTo(7, 2);
  parameters.data.forEach((value) => expect(value).toBeCloseTo(0, 2));
});

test('the smoothed check function lies above the check function, by a quarter of its width at most', () => {
  const [tau, h] = [0.3, 0.2];
  const loss = smoothedCheck(tau, h);
  for (let r = -1; r <= 1; r += 0.01) {
    const value = loss.residual(Float64Array.of(0), { labels: Float64Array.of(r) }, new Float64Array(1));
    const check = r > 0 ? tau * r : (tau - 1) * r;
    expect(value).toBeGreaterThanOrEqual(check - 1e-15);
    expect(value).toBeLessThanOrEqual(check + h / 4 + 1e-15);
  }
});

test('a weighted quantile counts rows by their weights, and none that weigh nothing', () => {
  const values = Float64Array.of(5, 1, 3, 2);
  expect(weightedQuantile(values, undefined, 0.5)).toBe(2);
  expect(weightedQuantile(values, Float64Array.of(5, 1, 1, 1), 0.5)).toBe(5);
  expect(weightedQuantile(values, Float64Array.of(0, 1, 0, 0), 0.9)).toBe(1);
  expect(weightedQuantile(new Float64Array(0), undefined, 0.5)).toBe(0);
});
