import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { factorizedTable } from '../../../core/algebra/factorized-table.js';
import type { Matrix } from '../../../core/algebra/matrix.js';
import { modelSchema } from '../../../core/job/model-schema.js';
import { searchSchema } from '../../../core/job/search-schema.js';
import { runLocally } from '../../../core/training/local-runner.js';
import type { StartingPoint } from '../../../core/training/program.js';
import { fitFold } from '../../../core/validation/fit-fold.js';
import { FoldMoments } from '../../../core/validation/fold-moments.js';
import { foldsOf } from '../../../core/validation/folds.js';
import { endsBundle, pathBegin, readEnds } from '../../../core/validation/path.js';
import { goesOn } from '../../../core/validation/trial-count.js';
import { trialsOf, withParameters } from '../../../core/validation/trials.js';

const MODELS = ['linear-regression', 'logistic-regression'] as const;
type Type = (typeof MODELS)[number];

interface Fixture {
  readonly columns: number;
  readonly x: readonly number[];
  readonly labels: Readonly<Record<Type, readonly number[]>>;
  readonly path: number;
  readonly ratio: number;
  readonly l1: readonly number[];
  readonly cases: readonly { readonly l2: number; readonly theta: readonly (readonly number[])[] }[];
}

// By scikit-learn: test/fixtures/models/make-lasso-path.py.
const file = new URL('../../fixtures/models/lasso-path.json', import.meta.url);
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
const { path, ratio, columns } = fixture;
const rows = fixture.x.length / columns;
const T = denseMatrix(dense(rows, columns, Float64Array.from(fixture.x)));
const names = Array.from({ length: columns }, (_, at) => `x${at}`);
const weights = Float64Array.from({ length: rows }, (_, row) => row % 4);

const specOf = (type: Type, change: object = {}) =>
  modelSchema.parse({ type, l2: 0, tolerance: 1e-11, ...change });
const rowsOf = (type: Type, table: Matrix = T) => ({
  ...{ table, names },
  labels: Float64Array.from(fixture.labels[type]),
});
const search = (l2: readonly number[] = [0]) => searchSchema.parse({ over: { l1: { path, ratio }, l2 } });

describe('the coefficients along the path of a linear regression', () => {
  const largest = pathBegin(rowsOf('linear-regression'), specOf('linear-regression'));

  test.each(fixture.cases)('with l2 $l2 are those of scikit-learn, to 1e-8', ({ l2, theta }) => {
    const spec = specOf('linear-regression');
    const trials = trialsOf(spec, search([l2]), largest);
    expect(trials).toHaveLength(path);
    let startAt: StartingPoint | undefined;
    trials.forEach((trial, at) => {
      expect(trial.l1).toBeCloseTo(fixture.l1[at]!, 12);
      const given = { ...rowsOf('linear-regression'), spec: withParameters(spec, trial), rounds: Infinity };
      const { parameters, own, stopped } = runLocally({ ...given, ...(startAt && { startAt }) });
      expect(stopped).toBe('converged');
      parameters.data.forEach((value, i) => expect(value).toBeCloseTo(theta[at]![i]!, 8));
      startAt = { parameters, own };
    });
  });
});

describe.each(MODELS)('the path of a %s', (type) => {
  test.each([
    ['', {}],
    [' with weights', { weights }],
  ])('begins at the least l1 at which all parameters are 0%s', (_what, given) => {
    const all = { ...rowsOf(type), ...given };
    const largest = pathBegin(all, specOf(type));
    for (const l2 of [0, 0.1]) {
      const nonZeroAt = (l1: number) =>
        runLocally({ ...all, spec: specOf(type, { l1, l2 }), rounds: Infinity }).parameters.data.filter(
          (value) => value !== 0,
        ).length;
      expect(nonZeroAt(largest)).toBe(0);
      expect(nonZeroAt(largest * (1 - 1e-6))).toBe(1);
    }
  });

  test('begins at the same on a table that is not built', () => {
    const index = Int32Array.from({ length: rows }, (_, row) => row);
    const table = factorizedTable(rows, [{ table: T, index, columns: Int32Array.from(names.keys()) }]);
    const largest = pathBegin(rowsOf(type), specOf(type));
    expect(pathBegin(rowsOf(type, table), specOf(type)) / largest).toBeCloseTo(1, 12);
  });

  test('goes on in each fold where it has ended: the same solutions to 1e-8, the same bits again, in fewer rounds', () => {
    const blocks = Int32Array.from({ length: rows }, (_, row) => row % 3);
    const folded = rowsOf(type);
    const moments = new FoldMoments(T, blocks, undefined);
    const spec = specOf(type);
    const trials = trialsOf(spec, search([0.02]), pathBegin(folded, spec));
    const made = { warm: 0, cold: 0 };
    for (const fold of foldsOf(blocks, { folds: 3, by: 'rows', seed: 0 })) {
      let startAt: StartingPoint | undefined;
      for (const trial of trials) {
        const model = withParameters(spec, trial);
        const cold = fitFold(folded, model, fold, moments.of(fold));
        const warm = fitFold(folded, model, fold, moments.of(fold), startAt);
        // What a process that is lost has left is read from a blob.
        const [read] = startAt ? readEnds(endsBundle([startAt])) : [undefined];
        expect(fitFold(folded, model, fold, moments.of(fold), read)).toEqual(warm);
        warm.end.parameters.data.forEach((value, i) =>
          expect(value).toBeCloseTo(cold.end.parameters.data[i]!, 8),
        );
        expect(warm.end.own[0]).toBeCloseTo(cold.end.own[0]!, 8);
        expect(warm.nonZero).toBe(cold.nonZero);
        made.warm += warm.rounds;
        made.cold += cold.rounds;
        startAt = warm.end;
      }
    }
    // A linear regression takes two rounds or three wherever it begins.
    if (type === 'linear-regression') expect(made.warm).toBeLessThanOrEqual(made.cold);
    else expect(made.warm).toBeLessThan(made.cold);
  });
});

test('a path for each l2, one after the other, and each begins by itself', () => {
  const given = search([0.1, 1]);
  const trials = trialsOf(specOf('linear-regression'), given, 2);
  expect(trials).toHaveLength(2 * path);
  expect(trials.map(({ l2 }) => l2)).toEqual([
    ...Array<number>(path).fill(0.1),
    ...Array<number>(path).fill(1),
  ]);
  expect([trials[0]!.l1, trials[path]!.l1]).toEqual([2, 2]);
  expect(trials[path - 1]!.l1).toBe(2 * ratio);
  expect(trials.flatMap((_, at) => (goesOn(given, at) ? [] : [at]))).toEqual([0, path]);
  expect(goesOn(searchSchema.parse({ over: { l1: [1, 2] } }), 1)).toBe(false);
});

test('a label that does not vary has no path, and the refusal says so', () => {
  const labels = new Float64Array(rows).fill(3.1);
  expect(() => pathBegin({ table: T, names, labels }, specOf('linear-regression'))).toThrow(
    expect.objectContaining({ code: 'AMALUR_NO_FEATURES', field: 'search.over.l1' }) as Error,
  );
});
