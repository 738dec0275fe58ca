import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { denseMatrix } from '../../core/algebra/dense.js';
import { factorizedTable } from '../../core/algebra/factorized-table.js';
import type { Matrix } from '../../core/algebra/matrix.js';
import { trainingCounts, type TargetIndex } from '../../core/integration/target-index.js';
import { localTable } from '../../core/integration/local-table.js';
import type { FeatureColumn } from '../../core/job/resolved.js';
import { jobSchema, type ModelSpec } from '../../core/job/schema.js';
import type { PartyTable } from '../../core/training/exchange.js';
import { runLocally } from '../../core/training/local-runner.js';
import { denseOf, integration, type KnownSource } from '../support/arbitrary-integration.js';
import { labelsFor, lossOf } from '../support/glm-labels.js';
import { trainInProcess } from '../support/rounds-in-process.js';

const smooth = [
  { type: 'logistic-regression' },
  { type: 'linear-regression' },
  { type: 'poisson-regression' },
  { type: 'gamma-regression' },
  { type: 'huber-regression', delta: 0.3 },
];
const sparse = ['logistic-regression', 'linear-regression'].map((type) => ({ type, l1: 0.0371 }));
const specs = [...smooth, ...sparse].map((model) => ({
  ...jobSchema.shape.model.parse({ ...model, l2: 0.1, tolerance: 1e-12, memory: 5 }),
  l1: 'l1' in model ? model.l1 : 0,
}));

const drawn = integration
  .filter(({ rows, sources }) => rows >= 2 && sources.some(({ table }) => table.columns > 0))
  .chain((scene) =>
    fc
      .array(fc.integer({ min: 0, max: 1 }), { minLength: scene.rows, maxLength: scene.rows })
      .filter((labels) => labels.includes(0) && labels.includes(1))
      .map((labels) => ({ ...scene, labels: Float64Array.from(labels) })),
  );

/** The distributed algorithm, party by party, in one process. */
function runParties(sources: readonly KnownSource[], labels: Float64Array, spec: ModelSpec): number[] {
  const names = sources.map((_, k) => `p${k}`);
  // Test rows follow the training rows; they must not count in anything.
  const withTestRow = (rows: Int32Array) => Int32Array.from([...rows, -1]);
  const target: TargetIndex = {
    rows: labels.length + 1,
    trainRows: labels.length,
    labels: Float64Array.from([...labels, 1]),
    groups: sources.map(({ table, index }, k) => ({
      id: names[k]!,
      shares: [{ party: names[k]!, sourceRows: table.rows, rows: withTestRow(index) }],
    })),
  };
  const tables = new Map<string, PartyTable>(
    sources.map(({ table }, k) => {
      const counts = trainingCounts(target.groups[k]!.shares[0]!, labels.length);
      return [names[k]!, { table, names: columnsOf(table), counts, trainRows: labels.length }];
    }),
  );
  const { parameters, own } = trainInProcess(tables, target, spec);
  return [...names.flatMap((name) => [...parameters.get(name)!.data]), ...own];
}

/** Names for the columns of a table that has none. */
function columnsOf({ columns }: Matrix): string[] {
  return Array.from({ length: columns }, (_, at) => `c${at}`);
}

test('a column of large numbers with a small spread is learned from as if it were centred, in tables and in T', () => {
  const count = 600;
  const offsets = Array.from({ length: count }, (_, row) => Math.round(10_000 * Math.sin(row * row)) / 1024);
  const labels = Float64Array.from(offsets, (offset, row) => Number(offset + 3 * Math.cos(row) > 0));
  const feature: FeatureColumn = { name: 'time', encoding: 'numeric' };
  const [spec] = specs.map((one) => ({ ...one, tolerance: 1e-9 }));
  const share = {
    party: 'a.t',
    sourceRows: count,
    rows: Int32Array.from({ length: count }, (_, row) => row),
  };
  const fitted = (mean: number, form: 'materialized' | 'factorized') => {
    const numeric = new Map([['time', Float64Array.from(offsets, (offset) => mean + offset)]]);
    const data = { rows: count, numeric, categorical: new Map<string, never>() };
    const target = { rows: count, trainRows: count, labels, groups: [{ id: 'a.t', shares: [share] }] };
    const { train } = localTable(form, [{ id: 'a.t', features: [feature], data }], target);
    return runLocally({ table: train, names: ['time'], labels, spec: spec!, rounds: 100 });
  };
  const centred = fitted(0, 'materialized');
  for (const form of ['materialized', 'factorized'] as const) {
    const { stopped, parameters, own } = fitted(1e12, form);
    expect(stopped).toBe('converged');
    expect(parameters.data[0]).toBeCloseTo(centred.parameters.data[0]!, 4);
    expect(own[0]).toBeCloseTo(centred.own[0]!, 2);
  }
});

describe.each(specs)('$type, l1 $l1', (spec) => {
  const problem = drawn.map((scene) => ({ ...scene, labels: labelsFor(spec, scene.labels) }));
  const whole = (table: Matrix, labels: Float64Array) => {
    const { parameters, own } = runLocally({ table, names: columnsOf(table), labels, spec, rounds: 1000 });
    return [...parameters.data, ...own];
  };

  test('materialized, factorized and by parties the parameters agree to 1e-8', () => {
    fc.assert(
      fc.property(problem, ({ rows, sources, cells, labels }) => {
        const factorized = factorizedTable(rows, sources);
        const reference = whole(denseMatrix(denseOf(cells, factorized.columns)), labels);
        for (const candidate of [whole(factorized, labels), runParties(sources, labels, spec)]) {
          candidate.forEach((value, i) => {
            expect(Math.abs(value - reference[i]!)).toBeLessThan(1e-8);
            // The intercept, which comes last, is free: it is 0 by chance alone, and then to rounding.
            if (spec.l1 > 0 && i < reference.length - 1)
              expect(value === 0, 'the same zeros').toBe(reference[i] === 0);
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  test('at the solution the gradient of the penalised loss is zero, by finite differences', () => {
    fc.assert(
      fc.property(problem, ({ rows, sources, cells, labels }) => {
        const solution = whole(factorizedTable(rows, sources), labels);
        const objective = (theta: readonly number[]) => {
          const intercept = theta.at(-1)!;
          const losses = cells.map((row, t) => {
            const score = row.reduce((sum, cell, c) => sum + cell * theta[c]!, intercept);
            return lossOf(spec, score, labels[t]!);
          });
          const penalty = theta.slice(0, -1).reduce((sum, value) => sum + 0.05 * value * value, 0);
          return losses.reduce((sum, value) => sum + value, 0) / rows + penalty;
        };
        // A loss whose second derivative jumps at a row leaves half the step of the jump.
        const [step, near] = spec.type === 'huber-regression' ? [1e-7, 1e-6] : [1e-5, 1e-7];
        solution.forEach((_, i) => {
          const moved = (by: number) => solution.map((value, j) => (i === j ? value + by : value));
          const slope = (objective(moved(step)) - objective(moved(-step))) / (2 * step);
          // The corner of λ₁|θ| may be nearer than the step: its slope is λ₁ sign θ, and at 0 anything up to λ₁.
          const own = i < solution.length - 1 ? spec.l1 : 0;
          const value = solution[i]!;
          const left = value === 0 ? Math.abs(slope) - own : Math.abs(slope + own * Math.sign(value));
          expect(left).toBeLessThan(near);
        });
      }),
      { numRuns: 25 },
    );
  });

  test('stopping after every round and going on from the state gives the same bits', () => {
    fc.assert(
      fc.property(problem, ({ rows, sources, labels }) => {
        const table = factorizedTable(rows, sources);
        const straight = runLocally({ table, names: columnsOf(table), labels, spec, rounds: 1000 });
        let piecewise = runLocally({ table, names: columnsOf(table), labels, spec, rounds: 1 });
        while (piecewise.stopped === undefined) {
          piecewise = runLocally({
            table,
            names: columnsOf(table),
            labels,
            spec,
            rounds: 1,
            from: structuredClone(piecewise.state),
          });
        }
        expect(piecewise.parameters).toEqual(straight.parameters);
        expect(piecewise.own).toEqual(straight.own);
      }),
      { numRuns: 25 },
    );
  });
});
