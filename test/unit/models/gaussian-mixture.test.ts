import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import type { Dense } from '../../../core/algebra/matrix.js';
import { importanceOf } from '../../../core/evaluation/importance.js';
import { jobSchema, type ModelSpec } from '../../../core/job/schema.js';
import { gaussianMixture } from '../../../core/models/gaussian-mixture/family.js';
import { runLocally, type LocalRun } from '../../../core/training/local-runner.js';
import { grouped } from '../../support/arbitrary-groups.js';
import { everyWay, inRounds } from '../../support/every-way.js';
import { testRepeatableBits } from '../../support/repeatable-suite.js';

type Mixture = Extract<ModelSpec, { type: 'gaussian-mixture' }>;

function specOf(change: Partial<Mixture> & Pick<Mixture, 'components'>): Mixture {
  return jobSchema.shape.model.parse({ type: 'gaussian-mixture', ...change }) as Mixture;
}

function tableOf(rows: readonly (readonly number[])[]) {
  return denseMatrix(dense(rows.length, rows[0]?.length ?? 0, Float64Array.from(rows.flat())));
}

function measured(rows: readonly (readonly number[])[], theta: Dense, own: Float64Array) {
  const scores = gaussianMixture.scores!(tableOf(rows), theta);
  const metrics = gaussianMixture.measure(scores, own, new Float64Array(0));
  if (!('logLikelihood' in metrics)) throw new Error('a mixture is measured by its likelihood');
  return { metrics, predicted: gaussianMixture.predict(scores, own) };
}

function fit(rows: readonly (readonly number[])[], spec: Mixture, change: Partial<LocalRun> = {}) {
  const table = tableOf(rows);
  const names = Array.from({ length: table.columns }, (_, at) => `c${at}`);
  const result = runLocally({ table, names, labels: new Float64Array(0), spec, rounds: 100_000, ...change });
  return { ...result, ...measured(rows, result.parameters, result.own) };
}

const problem = grouped.chain((scene) =>
  fc.record({
    scene: fc.constant(scene),
    spec: fc
      .record({
        components: fc.integer({ min: 1, max: Math.min(5, scene.target.trainRows) }),
        restarts: fc.integer({ min: 1, max: 3 }),
        seed: fc.integer({ min: 0, max: 1000 }),
        varianceFloor: fc.constantFrom(1e-6, 1e-3, 0.5),
      })
      .map(specOf),
  }),
);

/** Largest difference relative to the larger of 1 and the numbers. */
function difference(found: readonly number[], expected: readonly number[]): number {
  expect(found).toHaveLength(expected.length);
  return Math.max(0, ...found.map((value, i) => Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!)))); // prettier-ignore
}

describe('a Gaussian mixture', () => {
  test('on the joined table, on the factorized one and by parties: the same likelihood in every round, the same model to 1e-8', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        const { joined, factorized, parties } = everyWay(scene, spec);
        for (const other of [factorized, parties]) {
          expect(other.stopped).toBe(joined.stopped);
          expect(difference(other.losses, joined.losses)).toBeLessThan(1e-8);
          expect(difference(other.parameters, joined.parameters)).toBeLessThan(1e-8);
          expect(difference(other.own, joined.own)).toBeLessThan(1e-8);
        }
      }),
      { numRuns: 150 },
    );
  });

  testRepeatableBits(problem);

  test('while components move the likelihood never falls', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        const { losses } = inRounds(scene, { ...spec, restarts: 1, tolerance: 0 });
        losses.slice(1).forEach((loss, i) => {
          expect(loss).toBeLessThanOrEqual(losses[i]! + rounding(scene.cells, spec));
        });
      }),
      { numRuns: 150 },
    );
  });

  test('every move makes weights, means and variances of the rows by their shares of the components before, by the definition', () => {
    fc.assert(
      fc.property(problem, fc.integer({ min: 1, max: 4 }), ({ scene: { cells }, spec: asked }, moves) => {
        const spec = { ...asked, restarts: 1, tolerance: 0, varianceFloor: 0.01 };
        const before = fit(cells, { ...spec, maxRounds: moves });
        fc.pre(before.stopped === 'max-rounds');
        const { parameters, own } = fit(cells, { ...spec, maxRounds: moves + 1 });
        const k = spec.components;
        const shares = cells.map((row) => sharesOf(row, before.parameters, before.own, k));
        for (let j = 0; j < k; j++) {
          const size = shares.reduce((sum, share) => sum + share[j]!, 0);
          expect(Math.abs(own[j]! - size / cells.length)).toBeLessThan(1e-9);
          if (size < 1e-6) continue;
          const average = (of: (row: readonly number[]) => number) =>
            cells.reduce((sum, row, i) => sum + shares[i]![j]! * of(row), 0) / size;
          for (let f = 0; f < parameters.rows; f++) {
            const mean = average((row) => row[f]!);
            const variance = average((row) => (row[f]! - mean) ** 2);
            const found = parameters.data.subarray(f * 2 * k, (f + 1) * 2 * k);
            expect(Math.abs(found[j]! - mean)).toBeLessThan(1e-8);
            expect(Math.abs(found[k + j]! - Math.max(variance, spec.varianceFloor))).toBeLessThan(1e-8);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('more restarts never end with a smaller likelihood, and the model is that of the best run', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        const likelihoods = [1, 2, 3].map(
          (restarts) => fit(scene.cells, { ...spec, restarts }).metrics.logLikelihood!,
        );
        const least = rounding(scene.cells, spec);
        expect(likelihoods[1]).toBeGreaterThanOrEqual(likelihoods[0]! - least);
        expect(likelihoods[2]).toBeGreaterThanOrEqual(likelihoods[1]! - least);
      }),
      { numRuns: 50 },
    );
  });
});

test("what a silo adds to a mixture is the likelihood that is lost when its values are another row's", () => {
  // Both silos tell of the same two groups; the third column is the same in all rows.
  const rows = Array.from({ length: 40 }, (_, row) => [
    (row % 2) * 8 + (row % 5),
    (row % 2) * 9 - (row % 7),
    0,
  ]);
  const { parameters, own, metrics } = fit(rows, specOf({ components: 2, varianceFloor: 0.1 }));
  const width = parameters.columns;
  const groups = new Map(
    ['a', 'b', 'c'].map((id, f) => {
      const theta = dense(1, width, parameters.data.slice(f * width, (f + 1) * width));
      return [id, gaussianMixture.scores!(tableOf(rows.map((row) => [row[f]!])), theta)] as const;
    }),
  );
  const measure = (scores: Dense) => gaussianMixture.measure(scores, own, new Float64Array(0));
  const importance = importanceOf({ groups, silos: (id) => [id], measure }, { repeats: 5, seed: 1 })!;
  expect(importance.measure).toBe('logLikelihood');
  const [a, b, c] = importance.silos.map(({ mean }) => mean);
  expect(a).toBeGreaterThan(1);
  expect(b).toBeGreaterThan(1);
  expect(c).toBe(0);
  // The parts of the silos add up to the scores of the whole table.
  const sum = dense(rows.length, 2);
  for (const part of groups.values()) part.data.forEach((value, at) => (sum.data[at]! += value));
  expect((measure(sum) as typeof metrics).logLikelihood).toBeCloseTo(metrics.logLikelihood!, 10);
});

describe('a Gaussian mixture of odd tables', () => {
  const twice = [
    [1, 2],
    [1, 2],
    [5, 6],
    [5, 6],
    [5, 6],
  ];
  /** ln of the density of a normal distribution at its mean, for each column of this variance. */
  const peak = (variance: number) => -Math.log(2 * Math.PI * variance) / 2;

  test('of duplicate rows: a component for each, as narrow as the floor allows', () => {
    const { metrics, predicted, parameters, stopped } = fit(
      twice,
      specOf({ components: 2, varianceFloor: 0.01 }),
    );
    expect(stopped).toBe('converged');
    expect([...metrics.clusters].sort()).toEqual([2, 3]);
    const entropy = 0.4 * Math.log(0.4) + 0.6 * Math.log(0.6);
    expect(metrics.logLikelihood).toBeCloseTo(2 * peak(0.01) + entropy, 9);
    expect(metrics.bic).toBeCloseTo(-10 * metrics.logLikelihood! + 9 * Math.log(5), 9);
    expect(metrics.aic).toBeCloseTo(-10 * metrics.logLikelihood! + 18, 9);
    const [first] = predicted.get('cluster')!;
    expect([...predicted.get('cluster')!].map((label) => label === first)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect([...parameters.data].filter((value) => value === 0.01)).toHaveLength(4);
  });

  test('of fewer distinct rows than components: those that are too many weigh nothing', () => {
    const { metrics, own, stopped } = fit(twice, specOf({ components: 4 }));
    expect(stopped).toBe('converged');
    expect([...metrics.clusters].sort()).toEqual([0, 0, 2, 3]);
    expect([...own.subarray(0, 4)].sort()).toEqual([0, 0, 0.4, 0.6]);
  });

  test('of one row, and of rows that are all the same', () => {
    const one = fit([[3, 4]], specOf({ components: 1 }));
    expect([...one.parameters.data]).toEqual([3, 1e-6, 4, 1e-6]);
    expect(one.metrics.logLikelihood).toBeCloseTo(2 * peak(1e-6), 6);
    const same = fit([[0], [0], [0]], specOf({ components: 2 }));
    expect(same.metrics.clusters).toEqual([3, 0]);
    expect(same.stopped).toBe('converged');
  });

  test('of a constant column beside others: its variance is the floor in every component, and the others are found as without it', () => {
    const line = Array.from({ length: 30 }, (_, row) => [row ** 1.5 + (row > 15 ? 40 : 0)]);
    const spec = specOf({ components: 2, restarts: 1, tolerance: 0, maxRounds: 3, varianceFloor: 0.01 });
    const alone = fit(line, spec);
    const beside = fit(line.map(([cell]) => [cell!, 7]), spec); // prettier-ignore
    expect(difference([...beside.parameters.data].slice(0, 4), [...alone.parameters.data])).toBeLessThan(
      1e-6,
    );
    expect(difference([...beside.parameters.data].slice(4), [7, 7, 0.01, 0.01])).toBeLessThan(1e-12);
  });

  test('of fewer rows than components: AMALUR_INVALID_JOB at model.components', () => {
    expect(() => fit([[1], [2]], specOf({ components: 3 }))).toThrow(
      expect.objectContaining({ code: 'AMALUR_INVALID_JOB', field: 'model.components' }) as Error,
    );
  });

  test('of numbers whose squares are no numbers any more: AMALUR_DIVERGED', () => {
    expect(() => fit([[1e200], [2e200], [-3e200]], specOf({ components: 2 }))).toThrow(
      expect.objectContaining({ code: 'AMALUR_DIVERGED' }) as Error,
    );
  });

  test('of no columns: all rows are one point of density 1', () => {
    const { metrics, stopped } = fit([[], [], []], specOf({ components: 2 }));
    expect([metrics.logLikelihood, stopped]).toEqual([0, 'converged']);
  });

  test('stops at maxRounds moves and says so', () => {
    const line = Array.from({ length: 40 }, (_, row) => [row ** 1.5]);
    const spec = specOf({ components: 5, maxRounds: 2, restarts: 1, tolerance: 0 });
    const { stopped, progress } = fit(line, spec);
    expect([stopped, progress.round]).toEqual(['max-rounds', 5 + 2]);
  });

  test('rows far from every component have a density and a component, by logarithms', () => {
    const { parameters, own } = fit(twice, specOf({ components: 2 }));
    const { predicted } = measured([[1e6, 1e6]], parameters, own);
    const probabilities = [0, 1].map((j) => predicted.get(`probability_${j}`)![0]!);
    expect(probabilities[0]! + probabilities[1]!).toBeCloseTo(1, 12);
    expect(predicted.get('logDensity')![0]).toBeLessThan(-1e16);
  });

  test('rows too far for any density are of each component as likely as any row', () => {
    const { parameters, own } = fit(twice, specOf({ components: 2, varianceFloor: 0.01 }));
    const { predicted, metrics } = measured([[1e200, 0]], parameters, own);
    expect([0, 1].map((j) => predicted.get(`probability_${j}`)![0]!)).toEqual([...own.subarray(0, 2)]);
    expect(predicted.get('logDensity')![0]).toBe(-Infinity);
    expect(metrics.logLikelihood).toBeNull();
  });

  test('of columns so far from 0 that densities are rounding: AMALUR_DIVERGED, and where to mend it', () => {
    const rows = (far: number) => Array.from({ length: 30 }, (_, row) => [far + Math.sin(3 * row)]);
    expect(fit(rows(1e4), specOf({ components: 2 })).stopped).toBe('converged');
    expect(() => fit(rows(1e9), specOf({ components: 2 }))).toThrow(
      expect.objectContaining({ code: 'AMALUR_DIVERGED', field: 'features.scale' }) as Error,
    );
  });

  test('no rows have no likelihood, and rows between two components go to the one of lower index', () => {
    const { parameters, own } = fit([[1], [-1]], specOf({ components: 2, varianceFloor: 1 }));
    expect(measured([[0], [0]], parameters, own).metrics.clusters).toEqual([2, 0]);
    const none = gaussianMixture.measure(dense(0, 2), own, new Float64Array(0));
    expect(none).toEqual({ rows: 0, logLikelihood: null, bic: null, aic: null, clusters: [0, 0] });
  });
});

/** π_j Π_f N(t_f | μ_jf, s_jf) for each component, as shares of their sum. */
function sharesOf(row: readonly number[], { data }: Dense, own: Float64Array, k: number): number[] {
  const logs = Array.from({ length: k }, (_, j) =>
    row.reduce((sum, cell, f) => {
      const [mean, variance] = [data[f * 2 * k + j]!, data[f * 2 * k + k + j]!];
      return sum - (cell - mean) ** 2 / (2 * variance) - Math.log(2 * Math.PI * variance) / 2;
    }, Math.log(own[j]!)),
  );
  const densities = logs.map((log) => Math.exp(log - Math.max(...logs)));
  const total = densities.reduce((sum, density) => sum + density, 0);
  return densities.map((density) => density / total);
}

/** What may be lost of a mean log-likelihood: it is a difference of terms of the size of ‖t‖² / variance. */
function rounding(cells: readonly (readonly number[])[], { varianceFloor }: Mixture): number {
  const most = Math.max(1, ...cells.map((row) => row.reduce((sum, cell) => sum + cell ** 2, 0)));
  return 1e-9 + (1e-14 * most) / varianceFloor;
}
