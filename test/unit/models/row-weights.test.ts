import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { jobSchema } from '../../../core/job/schema.js';
import { runLocally } from '../../../core/training/local-runner.js';
import { rowWeights } from '../../../core/models/glm/row-weights.js';

const drawn = fc
  .array(
    fc.record({
      x: fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -20, max: 20 })),
      label: fc.integer({ min: 0, max: 1 }),
      weight: fc.integer({ min: 0, max: 4 }),
    }),
    { minLength: 2, maxLength: 10 },
  )
  .filter((rows) => [0, 1].every((label) => rows.some((row) => row.label === label && row.weight > 0)));
type Rows = Parameters<Parameters<typeof drawn.map>[0]>[0];

const columns = (rows: Rows) => ({
  table: denseMatrix(
    dense(
      rows.length,
      2,
      Float64Array.from(
        rows.flatMap(({ x }) => x),
        (cell) => cell / 8,
      ),
    ),
  ),
  names: ['x', 'y'],
  labels: Float64Array.from(rows, ({ label }) => label),
  rounds: 1000,
});

describe.each([
  { type: 'linear-regression', solver: 'gram' },
  { type: 'linear-regression', solver: 'l-bfgs' },
  { type: 'logistic-regression', classWeights: 'none' },
  { type: 'logistic-regression', classWeights: 'balanced' },
  { type: 'logistic-regression', classWeights: { '0': 0.5, '1': 3 } },
])('%j', (model) => {
  const spec = jobSchema.shape.model.parse({ ...model, l2: 0.1, tolerance: 1e-12 });

  test('a row of weight 3 counts as three rows', () => {
    fc.assert(
      fc.property(drawn, (rows) => {
        const weights = Float64Array.from(rows, ({ weight }) => weight);
        const weighted = runLocally({ ...columns(rows), weights, spec });
        const repeated = rows.flatMap((row) => new Array<Rows[number]>(row.weight).fill(row));
        const plain = runLocally({ ...columns(repeated), spec });
        weighted.parameters.data.forEach((value, at) =>
          expect(Math.abs(value - plain.parameters.data[at]!)).toBeLessThan(1e-8),
        );
        expect(Math.abs(weighted.own[0]! - plain.own[0]!)).toBeLessThan(1e-8);
        expect(weighted.progress.loss).toBeCloseTo(plain.progress.loss, 8);
      }),
      { numRuns: 50 },
    );
  });
});

test('balanced classes have one sum of weights, and together that of the rows', () => {
  const labels = Float64Array.of(1, 0, 0, 0, 1);
  const weights = Float64Array.of(1, 2, 3, 4, 2);
  const { weights: balanced, total } = rowWeights({ rows: 5, labels, weights }, 'balanced');
  const of = (label: number) => balanced!.reduce((sum, w, row) => sum + (labels[row] === label ? w : 0), 0);
  expect(of(0)).toBeCloseTo(6, 12);
  expect(of(1)).toBeCloseTo(6, 12);
  expect(total).toBeCloseTo(12, 12);
});
