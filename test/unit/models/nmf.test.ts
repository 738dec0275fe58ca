import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { factorizedTable } from '../../../core/algebra/factorized-table.js';
import { jobSchema, type ModelSpec } from '../../../core/job/schema.js';
import { nmf } from '../../../core/models/nmf/family.js';
import { loadings } from '../../../core/models/nmf/loadings.js';
import { gramOf } from '../../../core/models/nmf/multiplicative.js';
import { packed, unpacked } from '../../../core/models/nmf/triangle.js';
import { runLocally } from '../../../core/training/local-runner.js';
import { grouped, type Grouped } from '../../support/arbitrary-groups.js';
import { everyWay, inRounds, statesOf } from '../../support/every-way.js';
import { testRepeatableBits } from '../../support/repeatable-suite.js';

type Nmf = Extract<ModelSpec, { type: 'nmf' }>;

function specOf(change: Partial<Nmf> & Pick<Nmf, 'rank'>): Nmf {
  return jobSchema.shape.model.parse({ type: 'nmf', ...change }) as Nmf;
}

function tableOf(rows: readonly (readonly number[])[]) {
  return denseMatrix(dense(rows.length, rows[0]?.length ?? 0, Float64Array.from(rows.flat())));
}

function fit(rows: readonly (readonly number[])[], spec: Nmf) {
  const table = tableOf(rows);
  const names = Array.from({ length: table.columns }, (_, at) => `c${at}`);
  const losses: number[] = [];
  const result = runLocally({
    table,
    names,
    labels: new Float64Array(0),
    spec,
    rounds: 100_000,
    onProgress: ({ loss }) => losses.push(loss),
  });
  const scores = nmf.scores!(table, result.parameters);
  const metrics = nmf.measure(scores, result.own, new Float64Array(0));
  if (!('relativeError' in metrics)) throw new Error('a factorisation is measured by its error');
  return { ...result, losses, metrics, predicted: nmf.predict(scores, result.own) };
}

const nonNegative = grouped.map((scene): Grouped => ({
  ...scene,
  cells: scene.cells.map((row) => row.map(Math.abs)),
  sources: scene.sources.map((source) => ({ ...source, table: source.table.mapZeroPreserving(Math.abs) })),
  tables: new Map(
    [...scene.tables].map(([id, party]) => [
      id,
      { ...party, table: party.table.mapZeroPreserving(Math.abs) },
    ]),
  ),
}));

const problem = fc.record({
  scene: nonNegative,
  spec: fc
    .record({
      rank: fc.integer({ min: 1, max: 4 }),
      seed: fc.integer({ min: 0, max: 1000 }),
      maxRounds: fc.integer({ min: 1, max: 40 }),
    })
    .map(specOf),
});

describe('NMF', () => {
  test('on the joined table, on the factorized one and by parties: the same factor, to 1e-8', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        const { joined, factorized, parties } = everyWay(scene, spec);
        for (const other of [factorized, parties]) {
          expect(other.stopped).toBe(joined.stopped);
          expect(other.losses).toHaveLength(joined.losses.length);
          for (const [numbers, expected] of [
            [other.parameters, joined.parameters],
            [other.own, joined.own],
          ] as const) {
            expect(numbers).toHaveLength(expected.length);
            numbers.forEach((value, i) => {
              expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-8 * Math.max(1, Math.abs(expected[i]!)));
            });
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  testRepeatableBits(problem);

  test('no update lets the error grow, and no number becomes negative', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        const { losses, parameters } = inRounds(scene, { ...spec, tolerance: 0 });
        const scale = Math.max(1, ...scene.cells.flat()) ** 2 * scene.cells[0]!.length;
        losses.slice(1).forEach((loss, i) => {
          expect(loss).toBeLessThanOrEqual(losses[i]! + 1e-12 * scale);
        });
        for (const value of parameters) expect(value).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 100 },
    );
  });

  test('the loss that is told is ½ ‖T − W H‖² / n', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        const table = factorizedTable(scene.target.trainRows, scene.sources);
        const run = { table, names: scene.names, labels: new Float64Array(0), spec };
        const {
          state,
          progress,
          parameters: h,
          stopped,
        } = runLocally({ ...run, rounds: spec.maxRounds + 1 });
        fc.pre(stopped !== undefined);
        const w = statesOf(state).aggregator.tensors.w!.data;
        let squares = 0;
        scene.cells.forEach((row, i) => {
          row.forEach((cell, c) => {
            let fitted = 0;
            for (let j = 0; j < spec.rank; j++) fitted += w[i * spec.rank + j]! * h.data[c * spec.rank + j]!;
            squares += (cell - fitted) ** 2;
          });
        });
        expect(Math.abs(progress.loss - squares / 2 / scene.target.trainRows)).toBeLessThan(1e-7);
      }),
      { numRuns: 50 },
    );
  });
});

describe('NMF on odd tables', () => {
  const checkered = [
    [1, 2, 0],
    [2, 4, 0],
    [0, 0, 3],
  ];

  test('finds a factorisation that is exact', () => {
    const { metrics, stopped } = fit(checkered, specOf({ rank: 2, tolerance: 1e-14, maxRounds: 20_000 }));
    expect(stopped).toBe('converged');
    expect(metrics.relativeError).toBeLessThan(1e-5);
  });

  test('stops at maxRounds updates and says so', () => {
    const { stopped, progress } = fit(checkered, specOf({ rank: 2, maxRounds: 3, tolerance: 0 }));
    expect(stopped).toBe('max-rounds');
    expect(progress.round).toBe(4);
  });

  test('takes a table of zeros, one row, one column, and more components than columns', () => {
    expect(fit([[0, 0]], specOf({ rank: 2 }))).toMatchObject({
      stopped: 'converged',
      metrics: { rows: 1, reconstructionError: 0, relativeError: null },
    });
    expect(fit([[1, 2, 3]], specOf({ rank: 1 })).metrics.relativeError).toBeLessThan(1e-7);
    expect(fit([[1], [2], [0]], specOf({ rank: 1 })).metrics.relativeError).toBeLessThan(1e-7);
    expect(fit(checkered, specOf({ rank: 5 })).metrics.relativeError).toBeLessThan(0.1);
  });

  test('the loadings of a row do not depend on the rows beside it', () => {
    const { parameters, own } = fit(checkered, specOf({ rank: 2 }));
    const predictionsOf = (rows: readonly (readonly number[])[]) =>
      nmf.predict(nmf.scores!(tableOf(rows), parameters), own).get('loading_1')!;
    expect(predictionsOf([[2, 1, 1]])[0]).toBe(predictionsOf([...checkered, [2, 1, 1]])[3]);
  });
});

test('loadings minimise the error of each row: the gradient is zero where they are not, and points outward where they are', () => {
  const number = fc.integer({ min: 0, max: 8 }).map((n) => n / 4);
  const matrix = (rows: number, columns: number) =>
    fc
      .array(number, { minLength: rows * columns, maxLength: rows * columns })
      .map((data) => dense(rows, columns, Float64Array.from(data)));
  // Components that are so alike that one by one they would creep.
  const alike = [
    0.5, 0.75, 0.25, 0.75, 0.75, 0.75, 1.5, 1.5, 1.25, 1, 1.75, 0.5, 1.25, 1.25, 1.25, 0.5, 0.5, 0,
  ];
  const creeping = dense(4, 6);
  creeping.data.set([0.25, 1, 1, 1.5, 0.5], 19);
  fc.assert(
    fc.property(matrix(6, 3), matrix(4, 6), (h, t) => {
      const gram = gramOf(h);
      const products = denseMatrix(t).multiply(h);
      const w = loadings(products, gram);
      const fitted = denseMatrix(w).multiply(gram);
      w.data.forEach((loading, at) => {
        const slope = fitted.data[at]! - products.data[at]!;
        expect(loading).toBeGreaterThanOrEqual(0);
        if (loading > 1e-6) expect(Math.abs(slope)).toBeLessThan(1e-6);
        else expect(slope).toBeGreaterThan(-1e-6);
      });
    }),
    { numRuns: 200, examples: [[dense(6, 3, Float64Array.from(alike)), creeping]] },
  );
});

test('a symmetric matrix is packed into its triangle and back', () => {
  const square = gramOf(dense(2, 3, Float64Array.of(1, 2, 3, 4, 5, 6)));
  expect(packed(square)).toHaveLength(6);
  expect(unpacked(packed(square))).toEqual(square);
});
