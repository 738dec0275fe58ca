import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import type { Dense } from '../../../core/algebra/matrix.js';
import { factorizedTable } from '../../../core/algebra/factorized-table.js';
import { jobSchema } from '../../../core/job/schema.js';
import type { ModelFamily } from '../../../core/models/family.js';
import { addMoments, momentsOf } from '../../../core/training/moments.js';
import type { TrainingRows } from '../../../core/training/program.js';
import { denseOf as readDense, denseTensor } from '../../../core/training/tensors.js';
import { grouped } from '../../support/arbitrary-groups.js';
import { trainInProcess } from '../../support/rounds-in-process.js';

const spec = jobSchema.shape.model.parse({ type: 'linear-regression' });
const [Q, P] = [2, 3];

/** Any numbers, the same for the same name. */
const numberOf = (name: string, at: number): number =>
  Buffer.from(name).reduce((sum, byte) => sum + byte * (at + 1), 0) % 7;
const thetaOf = (names: readonly string[]): Dense =>
  dense(names.length, Q, Float64Array.from(names.flatMap((name) => [numberOf(name, 0), numberOf(name, 1)])));
const residualOf = (rows: number): Dense =>
  dense(
    rows,
    P,
    Float64Array.from({ length: rows * P }, (_, at) => (at % 5) - 2),
  );

/** A model of Q products and P residuals a row that learns nothing: its parameters are the gradient that it was given. */
function watching(seen: { target?: TrainingRows; products?: Dense; ups?: readonly unknown[] }): ModelFamily {
  return {
    party: {
      needs: { moments: false, norms: true },
      start: ({ names }) => ({ json: { names: [...names] }, tensors: {} }),
      update: ({ json }, down, gradient) => {
        const { names } = json as { names: string[] };
        const state = { json: { names }, tensors: { gradient: denseTensor(gradient) } };
        return { state, theta: thetaOf(names), up: { json: { names, told: down.json }, tensors: {} } };
      },
      parameters: ({ tensors }) => readDense(tensors, 'gradient'),
    },
    aggregator: {
      start: ({ rows }) => ({
        state: { json: {}, tensors: {} },
        progress: { round: 0, loss: 0, gradientNorm: null },
        next: { residual: residualOf(rows), down: { json: 'go', tensors: {} } },
      }),
      step(target, state, products, ups) {
        Object.assign(seen, { target, products, ups: ups.map(({ json }) => json) });
        return {
          state,
          progress: { round: 1, loss: 0, gradientNorm: null },
          next: { done: 'max-rounds' as const },
        };
      },
      parameters: () => new Float64Array(0),
    },
    predict: () => new Map(),
    measure: () => ({ rows: 0, rmse: null, mae: null, r2: null }),
  };
}

describe('whatever model trains in rounds', () => {
  test('is given TΘ, TᵀΔ and row norms, with several products and residuals a row', () => {
    fc.assert(
      fc.property(grouped, fc.boolean(), (scene, forgetting) => {
        const { target, tables, cells, names } = scene;
        const seen: Parameters<typeof watching>[0] = {};
        const { parameters } = trainInProcess(tables, target, spec, { forgetting, family: watching(seen) });

        expect(seen.target?.rows).toBe(target.trainRows);
        expect(seen.target?.weights).toEqual(target.weights?.subarray(0, target.trainRows));
        expect(seen.ups).toEqual(
          target.groups.map(({ id }) => ({
            names: names.filter((name) => name.startsWith(`${id}.`)),
            told: 'go',
          })),
        );
        const theta = thetaOf(names);
        const residual = residualOf(target.trainRows);
        cells.forEach((row, t) => {
          const norm = row.reduce((sum, cell) => sum + cell * cell, 0);
          expect(seen.target?.norms?.[t]).toBeCloseTo(norm, 10);
          for (let q = 0; q < Q; q++) {
            const product = row.reduce((sum, cell, c) => sum + cell * theta.data[c * Q + q]!, 0);
            expect(seen.products?.data[t * Q + q]).toBeCloseTo(product, 10);
          }
        });
        const gradient = target.groups.flatMap(({ id }) => [...(parameters.get(id)?.data ?? [])]);
        expect(gradient.length).toBe(names.length * P);
        gradient.forEach((value, at) => {
          const [c, p] = [Math.floor(at / P), at % P];
          const sum = cells.reduce((total, row, t) => total + row[c]! * residual.data[t * P + p]!, 0);
          expect(value).toBeCloseTo(sum, 10);
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe('moments', () => {
  test('of tables that own different rows of T add up to those of T', () => {
    fc.assert(
      fc.property(grouped, ({ target, tables, sources }) => {
        const whole = momentsOf(
          factorizedTable(target.trainRows, sources),
          new Float64Array(target.trainRows).fill(1),
          target.trainRows,
        );
        const columns = whole.mean.length;
        let offset = 0;
        for (const { id, shares } of target.groups) {
          const { mean, second } = shares
            .map(({ party }) => tables.get(id === party ? id : `${id}/${party}`)!)
            .map(({ table, counts, trainRows }) => momentsOf(table, counts, trainRows))
            .reduce(addMoments);
          for (let i = 0; i < mean.length; i++) {
            expect(mean[i]).toBeCloseTo(whole.mean[offset + i]!, 10);
            for (let j = 0; j < mean.length; j++) {
              const expected = whole.second.data[(offset + i) * columns + offset + j]!;
              expect(second.data[i * mean.length + j]).toBeCloseTo(expected, 10);
            }
          }
          offset += mean.length;
        }
      }),
      { numRuns: 100 },
    );
  });

  test('of very many columns are means and the diagonal', () => {
    const columns = 1030;
    const cells = Float64Array.from({ length: 3 * columns }, (_, at) => Math.sin(at));
    const index = Int32Array.of(0, 1, 2);
    const table = factorizedTable(3, [{ table: denseMatrix(dense(3, columns, cells)), index }]);
    const { mean, second } = momentsOf(table, Float64Array.of(2, 0, 1), 4);
    expect([second.rows, second.columns]).toEqual([columns, 1]);
    for (const column of [0, 500, 1029]) {
      const [first = NaN, , third = NaN] = [0, 1, 2].map((row) => cells[row * columns + column]);
      expect(mean[column]).toBeCloseTo((2 * first + third) / 4, 12);
      expect(second.data[column]).toBeCloseTo((2 * first ** 2 + third ** 2) / 4, 12);
    }
  });
});
