import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { factorizedTable } from '../../../core/algebra/factorized-table.js';
import { oneHotMatrix } from '../../../core/algebra/one-hot.js';
import { jobSchema } from '../../../core/job/schema.js';
import { runLocally } from '../../../core/training/local-runner.js';
import { solveRidge } from '../../../core/models/glm/ridge.js';
import { grouped } from '../../support/arbitrary-groups.js';

const specOf = (solver: string, l2: number) =>
  jobSchema.shape.model.parse({ type: 'linear-regression', solver, l2, tolerance: 1e-11 });

describe('a linear regression where all rows are in one place', () => {
  test('is solved in one round, to what L-BFGS finds', () => {
    fc.assert(
      fc.property(grouped, fc.constantFrom(0.01, 1), ({ target, sources, names }, l2) => {
        const { trainRows, weights } = target;
        const run = {
          table: factorizedTable(trainRows, sources),
          names,
          labels: target.labels.subarray(0, trainRows),
          ...(weights && { weights: weights.subarray(0, trainRows) }),
          rounds: 500,
        };
        const gram = runLocally({ ...run, spec: specOf('gram', l2) });
        const rounds = runLocally({ ...run, spec: specOf('l-bfgs', l2) });
        expect([gram.stopped, gram.progress.round]).toEqual(['converged', 1]);
        expect(gram.progress.gradientNorm).toBeLessThan(1e-11);
        gram.parameters.data.forEach((value, at) =>
          expect(Math.abs(value - rounds.parameters.data[at]!)).toBeLessThan(1e-8),
        );
        expect(Math.abs(gram.own[0]! - rounds.own[0]!)).toBeLessThan(1e-8);
      }),
      { numRuns: 100 },
    );
  });

  const labels = Float64Array.of(1, 2, 4, 3, 5, 0);
  const levels = { rows: 6, labels };
  /** All levels of a category: with the intercept they are linearly dependent. */
  const category = oneHotMatrix(6, [{ levels: 3, codes: Int32Array.of(0, 0, 1, 1, 2, 2) }]);

  test('has no closed form where columns depend on each other and nothing is penalised', () => {
    const x = [1, 2, 3, 4, 5, 6].flatMap((value) => [value, 2 * value]);
    const twice = denseMatrix(dense(6, 2, Float64Array.from(x)));
    const constant = denseMatrix(dense(6, 1, new Float64Array(6).fill(3)));
    // Its mean is rounded, so that centring leaves something of it.
    const nearlyConstant = denseMatrix(dense(6, 1, new Float64Array(6).fill(0.1)));
    for (const table of [category, twice, constant, nearlyConstant]) {
      expect(solveRidge(table, levels, 0, 1e-9)).toBeUndefined();
      expect(solveRidge(table, levels, 1e-3, 1e-9)).toBeDefined();
    }
  });

  test('then takes rounds, which end at a solution: the means of the levels', () => {
    const spec = specOf('gram', 0);
    const result = runLocally({ table: category, names: ['a', 'b', 'c'], labels, spec, rounds: 500 });
    expect(result.stopped).toBe('converged');
    expect(result.progress.round).toBeGreaterThan(1);
    const means = [...result.parameters.data].map((theta) => theta + result.own[0]!);
    [1.5, 3.5, 2.5].forEach((mean, at) => expect(means[at]).toBeCloseTo(mean, 9));
  });

  test('of no columns is the mean', () => {
    const empty = denseMatrix(dense(6, 0));
    const { own, stopped } = runLocally({
      table: empty,
      names: [],
      labels,
      spec: specOf('auto', 0),
      rounds: 9,
    });
    expect([own[0], stopped]).toEqual([2.5, 'converged']);
  });

  test('goes on from its stored solution without another', () => {
    const run = { table: category, names: ['a', 'b', 'c'], labels, spec: specOf('gram', 0.1) };
    const first = runLocally({ ...run, rounds: 1 });
    const again = runLocally({ ...run, rounds: 0, from: structuredClone(first.state) });
    expect(again.parameters).toEqual(first.parameters);
    expect(again.own).toEqual(first.own);
  });
});
