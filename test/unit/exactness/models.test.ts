import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobSchema, type ModelSpec } from '../../../core/job/schema.js';
import { openDuckDB, type Query } from '../../support/duckdb.js';
import { exactly, exactOf, type Exact, type SqlSide } from '../../support/exactness/exact.js';
import { fitEveryWay, solved, type Fit } from '../../support/exactness/fit.js';
import { integrations, nonNegative, type Integrated } from '../../support/exactness/integrated.js';
import { difference } from '../../support/exactness/plain-rows.js';

let query: Query;
let build: (integrated: Integrated) => Promise<Exact | undefined>;
let close: () => void;
beforeAll(async () => {
  ({ query, close } = await openDuckDB());
  build = exactly(query);
});
afterAll(() => close());

/** One seed for all properties: they draw the same scenes. A counterexample that takes long to shrink is shown as far as it got. */
const runs = { numRuns: 20, seed: Date.now(), interruptAfterTimeLimit: 15_000 };
const specOf = (model: object) => jobSchema.shape.model.parse(model);

/** Holds for scenes with columns, two training rows and, of a classification, both classes. */
async function holds(
  spec: ModelSpec,
  property: (exact: Exact) => void | Promise<void>,
  from: fc.Arbitrary<Integrated> = integrations,
  numRuns = runs.numRuns,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(from, async (integrated) => {
      const exact = await build(integrated);
      const labels = exact?.train.labels ?? [];
      fc.pre(exact !== undefined && exact.names.length > 0 && labels.length >= 2);
      fc.pre(spec.type !== 'logistic-regression' || (labels.includes(0) && labels.includes(1)));
      await property(exact);
    }),
    { ...runs, numRuns, maxSkipsPerRun: 1000 },
  );
}

/**
 * Numbers of a measure that have all their digits: an error of reconstruction is the root of a difference known to 1e-15 ‖T‖², so that
 * where little is left of it only its square does.
 */
function numbersOf(metrics: object): number[] {
  return Object.entries(metrics).flatMap(([name, value]: [string, number | null | readonly number[]]) =>
    typeof value === 'number' && name.endsWith('Error') ? value ** 2 : (value ?? -1),
  );
}

/** Parameters and measures of two ways, to 1e-8 relative to the largest of each kind. */
function expectEqual(found: Fit, expected: Fit): void {
  expect(found.stopped).toBe(expected.stopped);
  expect(difference(found.theta.data, expected.theta.data)).toBeLessThan(1e-8);
  expect(difference(found.own, expected.own)).toBeLessThan(1e-8);
  for (const side of ['train', 'test'] as const)
    expect(difference(numbersOf(found.metrics[side]), numbersOf(expected.metrics[side]))).toBeLessThan(1e-8);
}

const specs = [
  { type: 'linear-regression', solver: 'gram', l2: 0.1, tolerance: 1e-12 },
  { type: 'linear-regression', solver: 'l-bfgs', l2: 0.1, tolerance: 1e-11 },
  { type: 'logistic-regression', l2: 0.1, tolerance: 1e-11 },
  { type: 'logistic-regression', classWeights: 'balanced', l2: 0.1, tolerance: 1e-11 },
  { type: 'logistic-regression', classWeights: { '0': 0.5, '1': 3 }, l2: 0.1, tolerance: 1e-11 },
].map(specOf);

describe.each(specs)('$type $solver $classWeights over any integration', (spec) => {
  test('parameters and measures are equal to 1e-8 on the SQL cells, materialized, factorized and in rounds', () =>
    holds(spec, (exact) => {
      const { sql, ...others } = fitEveryWay(exact, spec);
      for (const way of Object.values(others)) expectEqual(way, sql);
    }));
});

describe('at the solution', () => {
  const l2 = 0.1;

  test('θ of a ridge regression is that of the normal equations of the SQL cells, by Gaussian elimination', () =>
    holds(specs[0]!, (exact) => {
      const { table, labels, weights } = exact.train;
      // The intercept is one column more, which is not penalised.
      const rows = table.rows.map((row) => [...row, [table.columns, 1] as const]);
      const size = table.columns + 1;
      const a = Array.from({ length: size }, () => new Array<number>(size).fill(0));
      const b = new Array<number>(size).fill(0);
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      rows.forEach((row, i) => {
        const weight = weights[i]! / total;
        for (const [c, value] of row) {
          b[c]! += weight * value * labels[i]!;
          for (const [d, other] of row) a[c]![d]! += weight * value * other;
        }
      });
      for (let c = 0; c < table.columns; c++) a[c]![c]! += l2;
      const expected = solved(a, b);
      for (const { theta, own } of Object.values(fitEveryWay(exact, specs[0]!)))
        expect(difference([...theta.data, ...own], expected)).toBeLessThan(1e-8);
    }));

  /** Σ v_i log(1 + e^(−(2y_i − 1) s_i)) / Σ v_i + λ/2 ‖θ‖², v being the row's weight times its class's. */
  function logisticLoss(
    { table, labels, weights }: SqlSide,
    balanced: boolean,
    at: readonly number[],
  ): number {
    const sumOf = (label: number) =>
      weights.reduce((sum, weight, row) => sum + (labels[row] === label ? weight : 0), 0);
    const classes = balanced ? [1 / sumOf(0), 1 / sumOf(1)] : [1, 1];
    let [loss, total] = [0, 0];
    table.rows.forEach((row, i) => {
      const score = row.reduce((sum, [c, value]) => sum + value * at[c]!, at[table.columns]!);
      const v = weights[i]! * classes[labels[i]!]!;
      loss += v * Math.log1p(Math.exp(labels[i] === 1 ? -score : score));
      total += v;
    });
    return loss / total + at.slice(0, -1).reduce((sum, value) => sum + (l2 / 2) * value * value, 0);
  }

  test.each([false, true])(
    'of a logistic regression the gradient of the loss over the SQL cells is 0, by central differences; classes balanced: %s',
    (balanced) => {
      const spec = specs[balanced ? 3 : 2]!;
      return holds(spec, (exact) => {
        for (const { theta, own } of Object.values(fitEveryWay(exact, spec))) {
          const solution = [...theta.data, ...own];
          // Steps, and what is left of a slope, in proportion to the column, which need not be scaled.
          const sizes = new Array<number>(solution.length).fill(1);
          for (const [c, value] of exact.train.table.rows.flat())
            sizes[c] = Math.max(sizes[c]!, Math.abs(value));
          sizes.forEach((size, i) => {
            const step = 1e-5 / size;
            const moved = (by: number) => solution.map((value, j) => (i === j ? value + by : value));
            const slope =
              logisticLoss(exact.train, balanced, moved(step)) -
              logisticLoss(exact.train, balanced, moved(-step));
            expect(Math.abs(slope / (2 * step))).toBeLessThan(1e-8 * size);
          });
        }
      });
    },
  );
});

const unlabelled = fc.record({
  seed: fc.integer({ min: 0, max: 1000 }),
  parts: fc.integer({ min: 1, max: 3 }),
  restarts: fc.integer({ min: 1, max: 2 }),
});

describe.each(['k-means', 'gaussian-mixture', 'nmf'] as const)('%s over any integration', (type) => {
  const from = type === 'nmf' ? integrations.map(nonNegative) : integrations;
  const scenes = fc.tuple(from, unlabelled);

  async function everyScene(property: (exact: Exact, spec: ModelSpec) => void | Promise<void>) {
    await fc.assert(
      fc.asyncProperty(scenes, async ([integrated, { seed, parts, restarts }]) => {
        const exact = await build(integrated);
        fc.pre(exact !== undefined && exact.names.length > 0 && exact.target.trainRows >= parts);
        const settings = {
          'k-means': { clusters: parts, restarts, tolerance: 1e-6 },
          'gaussian-mixture': { components: parts, restarts, tolerance: 1e-6, varianceFloor: 1e-3 },
          nmf: { rank: parts, maxRounds: 20 },
        };
        await property(exact, specOf({ type, seed, ...settings[type] }));
      }),
      { ...runs, maxSkipsPerRun: 1000 },
    );
  }

  test('parameters and measures are equal to 1e-8 on the SQL cells, materialized, factorized and in rounds', () =>
    everyScene((exact, spec) => {
      const { sql, ...others } = fitEveryWay(exact, spec);
      for (const way of Object.values(others)) expectEqual(way, sql);
    }));

  test('equal seeds give equal bits, T being built anew', () =>
    everyScene(async (exact, spec) => {
      const again = await exactOf(query, exact.integrated);
      expect(again && fitEveryWay(again, spec)).toEqual(fitEveryWay(exact, spec));
    }));
});

describe('principal components over any integration', () => {
  const scenes = fc.tuple(integrations, unlabelled, fc.boolean());
  const settings = { type: 'pca', tolerance: 1e-13 };

  /** Whether the first k directions are each the only one: σ² differ by something. */
  function areApart(exact: Exact, k: number, center: boolean): boolean {
    const { own } = fitEveryWay(exact, specOf({ ...settings, components: k + 1, center })).sql;
    const squares = Array.from(own.subarray(0, k + 1), (singular) => singular ** 2);
    const gaps = squares.slice(0, k).map((square, j) => (square > 0 ? square - squares[j + 1]! : Infinity));
    return Math.min(...gaps) > 1e-3 * squares[0]!;
  }

  test('parameters and measures are equal to 1e-8 on the SQL cells, materialized, factorized and in rounds', () =>
    fc.assert(
      fc.asyncProperty(scenes, async ([integrated, { seed, parts }, center]) => {
        const exact = await build(integrated);
        fc.pre(exact !== undefined && exact.names.length > 0 && exact.target.trainRows >= 2);
        fc.pre(areApart(exact, parts, center));
        const spec = specOf({ ...settings, components: parts, seed, center });
        const { sql, ...others } = fitEveryWay(exact, spec);
        for (const way of Object.values(others)) expectEqual(way, sql);
      }),
      { ...runs, maxSkipsPerRun: 1000 },
    ));
});

test.each(specs)('$type $solver $classWeights trained twice gives equal bits, T being built anew', (spec) =>
  holds(
    spec,
    async (exact) => {
      const again = await exactOf(query, exact.integrated);
      expect(again && fitEveryWay(again, spec)).toEqual(fitEveryWay(exact, spec));
    },
    integrations,
    10,
  ),
);
