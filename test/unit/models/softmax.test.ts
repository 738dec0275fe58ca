import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { factorizedTable } from '../../../core/algebra/factorized-table.js';
import type { Matrix } from '../../../core/algebra/matrix.js';
import { jobSchema, type ModelSpec } from '../../../core/job/schema.js';
import { lossAlong, residualOf } from '../../../core/models/softmax/loss.js';
import { softmaxRegression } from '../../../core/models/softmax/family.js';
import { runLocally, type LocalRun } from '../../../core/training/local-runner.js';
import { classified } from '../../support/arbitrary-classes.js';
import type { Grouped } from '../../support/arbitrary-groups.js';
import { writtenOut } from '../../support/every-way.js';
import { stored, trainInProcess } from '../../support/rounds-in-process.js';

const specOf = (change: Record<string, unknown> = {}): ModelSpec =>
  jobSchema.shape.model.parse({
    ...{ type: 'softmax-regression', l2: 0.1, tolerance: 1e-12, memory: 5 },
    ...change,
  });

function runOf(table: Matrix, { names, target }: Grouped, spec: ModelSpec): LocalRun {
  const { labels, classes, weights, trainRows } = target;
  return {
    ...{ table, names, spec, rounds: 2000, labels: labels.subarray(0, trainRows) },
    ...(classes && { classes }),
    ...(weights && { weights: weights.subarray(0, trainRows) }),
  };
}

function flat({ parameters, own }: { parameters: { data: Float64Array }; own: Float64Array }): number[] {
  return [...parameters.data, ...own];
}

describe.each([
  ['none', specOf()],
  ['balanced', specOf({ classWeights: 'balanced' })],
  ['by name', specOf({ classWeights: { 'class 1': 3, 'class 3': 0.5 } })],
])('softmax regression over 2 to 4 classes, class weights %s', (_, spec) => {
  test('materialized, factorized and in rounds the parameters agree to 1e-8', () => {
    fc.assert(
      fc.property(classified, (scene) => {
        const { target, tables, sources } = scene;
        const reference = flat(runLocally(runOf(writtenOut(scene), scene, spec)));
        const factorized = flat(runLocally(runOf(factorizedTable(target.trainRows, sources), scene, spec)));
        const { parameters, own } = trainInProcess(tables, target, spec);
        const apart = [...target.groups.flatMap(({ id }) => [...parameters.get(id)!.data]), ...own];
        for (const candidate of [factorized, apart]) {
          expect(candidate.length).toBe(reference.length);
          candidate.forEach((value, i) => expect(Math.abs(value - reference[i]!)).toBeLessThan(1e-8));
        }
      }),
      { numRuns: 25 },
    );
  });

  test('at the solution the gradient of the penalised loss is zero, by finite differences', () => {
    fc.assert(
      fc.property(classified, (scene) => {
        const solution = flat(runLocally(runOf(writtenOut(scene), scene, spec)));
        const step = 1e-5;
        solution.forEach((_value, i) => {
          const moved = (by: number) => solution.map((value, j) => (i === j ? value + by : value));
          const slope =
            (objective(scene, spec, moved(step)) - objective(scene, spec, moved(-step))) / (2 * step);
          expect(Math.abs(slope)).toBeLessThan(1e-7);
        });
      }),
      { numRuns: 30 },
    );
  });

  test('in rounds, states that are stored and read back after every exchange give the same bits', () => {
    fc.assert(
      fc.property(classified, ({ target, tables }) => {
        const straight = trainInProcess(tables, target, spec);
        expect(trainInProcess(tables, target, spec, { forgetting: true })).toEqual(straight);
      }),
      { numRuns: 4 },
    );
  });

  test('stopping after every round and going on from the stored state gives the same bits', () => {
    fc.assert(
      fc.property(classified, (scene) => {
        const run = runOf(writtenOut(scene), scene, spec);
        const straight = runLocally(run);
        let piecewise = runLocally({ ...run, rounds: 1 });
        while (piecewise.stopped === undefined) {
          const { state } = piecewise;
          if ('solution' in state) throw new Error('a softmax regression has no closed form');
          const from = {
            party: stored(state.party),
            aggregator: stored(state.aggregator),
            down: state.down && stored(state.down),
          };
          piecewise = runLocally({ ...run, rounds: 1, from });
        }
        expect(piecewise.parameters).toEqual(straight.parameters);
        expect(piecewise.own).toEqual(straight.own);
      }),
      { numRuns: 10 },
    );
  });
});

/** Σ v (log Σ exp s − s_y) / Σ v + λ/2 ‖Θ‖², written out from the definition. */
function objective({ cells, target }: Grouped, spec: ModelSpec, parameters: readonly number[]): number {
  if (spec.type !== 'softmax-regression') throw new Error('no softmax regression');
  const { classes = [], labels, weights, trainRows } = target;
  const count = classes.length;
  const theta = parameters.slice(0, -count);
  const given = (row: number) => weights?.[row] ?? 1;
  const sumOf = (label: number) =>
    cells.reduce((sum, _cells, row) => sum + (labels[row] === label ? given(row) : 0), 0);
  const all = classes.reduce((sum, _name, label) => sum + sumOf(label), 0);
  const factor = (label: number) => {
    if (spec.classWeights === 'none') return 1;
    if (spec.classWeights === 'balanced') return all / (count * sumOf(label));
    return spec.classWeights[classes[label]!] ?? 1;
  };
  let total = 0;
  let loss = 0;
  for (let row = 0; row < trainRows; row++) {
    const scores = classes.map((_name, j) =>
      cells[row]!.reduce((sum, cell, c) => sum + cell * theta[c * count + j]!, parameters.at(j - count)!),
    );
    const v = given(row) * factor(labels[row]!);
    total += v;
    loss += v * (Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - scores[labels[row]!]!);
  }
  return loss / total + 0.05 * theta.reduce((sum, value) => sum + value * value, 0);
}

test('two classes are a binary logistic regression of half the penalty, to 1e-8', () => {
  fc.assert(
    fc.property(
      classified.filter(({ target }) => target.classes?.length === 2),
      (scene) => {
        const table = writtenOut(scene);
        const many = runLocally(runOf(table, scene, specOf({ l2: 0.2 })));
        const logistic = specOf({ type: 'logistic-regression', l2: 0.1 });
        const { classes: _classes, ...run } = runOf(table, scene, logistic);
        const binary = runLocally(run);
        binary.parameters.data.forEach((value, c) => {
          const [none, one] = many.parameters.data.subarray(2 * c, 2 * c + 2);
          expect(Math.abs(one! - none! - value)).toBeLessThan(1e-8);
        });
        expect(Math.abs(many.own[1]! - many.own[0]! - binary.own[0]!)).toBeLessThan(1e-8);
      },
    ),
    { numRuns: 50 },
  );
});

test('intercepts sum to 0, and so do the parameters of a column', () => {
  fc.assert(
    fc.property(classified, (scene) => {
      const { parameters, own } = runLocally(runOf(writtenOut(scene), scene, specOf()));
      expect(Math.abs(own.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-12);
      for (let c = 0; c < parameters.rows; c++) {
        const row = parameters.data.subarray(c * own.length, (c + 1) * own.length);
        expect(Math.abs(row.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-9);
      }
    }),
    { numRuns: 50 },
  );
});

describe('rows that weigh nothing', () => {
  const x = [1, 2, 3, 4, 5, 6].map((value) => Math.sin(value * value));
  const run = (rows: number, weights: readonly number[]) =>
    runLocally({
      table: denseMatrix(dense(rows, 1, Float64Array.from(x.slice(0, rows)))),
      names: ['x'],
      // The last row is of a class that no row with a weight has.
      labels: Float64Array.of(0, 1, 2, 1, 0, 3).subarray(0, rows),
      classes: ['a', 'b', 'c'],
      weights: Float64Array.from(weights),
      spec: specOf({ classWeights: 'balanced' }),
      rounds: 500,
    });

  test('count for nothing, whatever their class', () => {
    const without = run(5, [1, 2, 1, 1, 3]);
    const beside = run(6, [1, 2, 1, 1, 3, 0]);
    expect(beside.stopped).toBe('converged');
    flat(beside).forEach((value, at) => expect(value).toBeCloseTo(flat(without)[at]!, 8));
  });
});

describe('the loss', () => {
  const scores = Float64Array.of(0.3, -1, 2, 700, -700, 0, 5, 5, 5);
  const direction = Float64Array.of(1, 0, -1, 0.5, 2, -3, 1, 2, 3);
  const rows = { labels: Float64Array.of(2, 0, 1), weights: Float64Array.of(1, 2, 0.5) };
  const lossAt = (alpha: number) =>
    residualOf(
      scores.map((score, at) => score + alpha * direction[at]!),
      rows,
      3,
      new Float64Array(9),
    );

  test('has derivatives along a line that differences confirm', () => {
    const step = 1e-4;
    for (const alpha of [0, 0.7, -2]) {
      const { first, second } = lossAlong(scores, direction, rows, 3, alpha);
      expect(first).toBeCloseTo((lossAt(alpha + step) - lossAt(alpha - step)) / (2 * step), 6);
      const ends = lossAt(alpha + step) - 2 * lossAt(alpha) + lossAt(alpha - step);
      expect(second).toBeCloseTo(ends / step ** 2, 4);
    }
  });

  test('is finite for scores at which exp overflows', () => {
    const residual = new Float64Array(9);
    const apart = { labels: Float64Array.of(0, 1, 2) };
    expect(residualOf(scores, apart, 3, residual)).toBeCloseTo(1400 + 1.8748 + Math.log(3), 1);
    expect([...residual].every(Number.isFinite)).toBe(true);
  });
});

describe('measures', () => {
  const measure = (scores: readonly number[], labels: readonly number[]) =>
    softmaxRegression.measure(
      dense(labels.length, 3, Float64Array.from(scores)),
      new Float64Array(3),
      Float64Array.from(labels),
    );

  test('of no rows are not defined', () => {
    expect(measure([], [])).toEqual({
      ...{ rows: 0, classes: [0, 0, 0] },
      ...{ accuracy: null, macroF1: null, macroAuc: null, logLoss: null },
    });
  });

  test('count a row of a class that the model has not as wrong, at the largest loss that is told', () => {
    const known = [5, 0, 0, 0, 5, 0];
    const both = measure([...known, 5, 0, 0], [0, 1, 3]);
    expect(both).toMatchObject({ rows: 3, classes: [1, 1, 0], accuracy: 2 / 3 });
    if (!('macroF1' in both)) throw new Error('not of many classes');
    // Class 0: 1 of 1 row found, predicted twice. Class 1: found. Class 2: neither there nor predicted.
    expect(both.macroF1).toBeCloseTo((2 / 3 + 1) / 2, 12);
    const p = Math.exp(5) / (Math.exp(5) + 2);
    expect(both.logLoss).toBeCloseTo((-2 * Math.log(p) - Math.log(Number.EPSILON)) / 3, 10);
  });

  test('take the first of the classes that are equally probable', () => {
    const { data } = dense(1, 3);
    const found = softmaxRegression.classify!(dense(1, 3, data), new Float64Array(3));
    expect([...found!.predicted]).toEqual([0]);
  });
});
