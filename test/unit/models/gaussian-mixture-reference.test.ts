import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { jobSchema } from '../../../core/job/schema.js';
import { gaussianMixture } from '../../../core/models/gaussian-mixture/family.js';
import { runLocally } from '../../../core/training/local-runner.js';

interface Step {
  /** How often the components were fitted. */
  readonly moves: number;
  readonly weights: number[];
  readonly means: number[][];
  readonly variances: number[][];
  readonly logLikelihood: number;
}

interface Run {
  readonly table: number[][];
  readonly seed: number;
  readonly trajectory: readonly Step[];
}

/** What scikit-learn, and NumPy and SciPy by the definition, make of small tables: test/fixtures/models/make-gaussian-mixture.py. */
interface Reference {
  readonly free: Run & {
    readonly probabilities: number[][];
    readonly labels: number[];
    readonly logDensities: number[];
    readonly bic: number;
    readonly aic: number;
    readonly loose: {
      readonly tolerance: number;
      readonly iterations: number;
      readonly logLikelihood: number;
    };
  };
  readonly floored: Run & { readonly floor: number };
}

const file = new URL('../../fixtures/models/gaussian-mixture.json', import.meta.url);
const { free, floored } = JSON.parse(readFileSync(file, 'utf8')) as Reference;
const COMPONENTS = 3;

function expectClose(numbers: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(numbers.length).toBe(expected.length);
  expected.forEach((value, at) => {
    expect(Math.abs(numbers[at]! - value), `number ${at}`).toBeLessThan(tolerance);
  });
}

function trained({ table: rows, seed }: Run, change: object) {
  const columns = rows[0]!.length;
  const table = denseMatrix(dense(rows.length, columns, Float64Array.from(rows.flat())));
  const spec = jobSchema.shape.model.parse({
    ...{ type: 'gaussian-mixture', components: COMPONENTS, restarts: 1, seed, tolerance: 0, ...change },
  });
  const names = rows[0]!.map((_, at) => `c${at}`);
  const result = runLocally({ table, names, labels: new Float64Array(0), spec, rounds: 1000 });
  const scores = gaussianMixture.scores!(table, result.parameters);
  const metrics = gaussianMixture.measure(scores, result.own, new Float64Array(0));
  if (!('logLikelihood' in metrics)) throw new Error('a mixture is measured by its likelihood');
  return { ...result, metrics, predicted: gaussianMixture.predict(scores, result.own) };
}

/** θ as it is stored, a row [μ_1f … μ_kf s_1f … s_kf] for each column. */
function thetaOf({ means, variances }: Step): number[] {
  return means[0]!.flatMap((_, f) => [...means.map((row) => row[f]!), ...variances.map((row) => row[f]!)]);
}

function expectStep(run: Run, step: Step, change: object): void {
  const { parameters, own, metrics, progress } = trained(run, { ...change, maxRounds: step.moves });
  expectClose(parameters.data, thetaOf(step), 1e-8);
  expectClose(own.subarray(0, COMPONENTS), step.weights, 1e-8);
  expectClose([metrics.logLikelihood!, -progress.loss], [step.logLikelihood, step.logLikelihood], 1e-8);
}

describe('a Gaussian mixture goes the way of scikit-learn', () => {
  test.each(free.trajectory)(
    'after $moves moves: weights, means, variances and likelihood to 1e-8',
    (step) => {
      expectStep(free, step, {});
    },
  );

  test('and tells of each row the same component, probabilities and density, and of all the same criteria', () => {
    const { predicted, metrics } = trained(free, { maxRounds: free.trajectory.at(-1)!.moves });
    expect([...predicted.get('cluster')!]).toEqual(free.labels);
    expectClose(predicted.get('logDensity')!, free.logDensities, 1e-8);
    for (let j = 0; j < COMPONENTS; j++) {
      const expected = free.probabilities.map((row) => row[j]!);
      expectClose(predicted.get(`probability_${j}`)!, expected, 1e-8);
    }
    expectClose([metrics.bic!, metrics.aic!], [free.bic, free.aic], 1e-6);
    expect(metrics.clusters).toEqual([0, 1, 2].map((j) => free.labels.filter((label) => label === j).length));
  });

  test('and stops by the same tolerance', () => {
    const { tolerance, iterations, logLikelihood } = free.loose;
    const { stopped, progress } = trained(free, { tolerance });
    expect(stopped).toBe('converged');
    // Places are chosen one by one; scikit-learn fits the components once more after the likelihood has come to rest.
    expect(progress.round).toBe(COMPONENTS + iterations);
    expectClose([-progress.loss], [logLikelihood], 1e-8);
  });

  test.each(floored.trajectory)(
    'and with constant columns after $moves moves that of the definition, no variance being below the floor',
    (step) => {
      expectStep(floored, step, { varianceFloor: floored.floor });
      expect(Math.min(...step.variances.flat())).toBe(floored.floor);
    },
  );
});
