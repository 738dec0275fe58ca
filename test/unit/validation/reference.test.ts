import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { factorizedTable } from '../../../core/algebra/factorized-table.js';
import type { Matrix } from '../../../core/algebra/matrix.js';
import { jobSchema, type ModelSpec } from '../../../core/job/schema.js';
import { chosenOf, measuresOf, reportOf } from '../../../core/validation/compare.js';
import { fitFold, type FoldedRows } from '../../../core/validation/fit-fold.js';
import { FoldMoments } from '../../../core/validation/fold-moments.js';
import { foldsOf } from '../../../core/validation/folds.js';
import type { MeasureName } from '../../../core/validation/measures.js';
import { runLocally } from '../../../core/training/local-runner.js';

interface Fixture {
  readonly columns: number;
  readonly folds: number;
  readonly l2: readonly number[];
  readonly x: readonly number[];
  readonly weights: readonly number[];
  readonly blocks: readonly number[];
  readonly periods: readonly number[];
  readonly labels: Readonly<Record<string, readonly number[]>>;
  readonly cases: readonly {
    readonly model: ModelSpec['type'];
    readonly ordered: boolean;
    readonly weighted: boolean;
    readonly trials: readonly Readonly<Record<string, readonly number[]>>[];
    readonly best: Readonly<Record<string, { readonly index: number; readonly means: readonly number[] }>>;
  }[];
}

// By scikit-learn: test/fixtures/models/make-cross-validation.py.
const file = new URL('../../fixtures/models/cross-validation.json', import.meta.url);
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
const rows = fixture.x.length / fixture.columns;
const T = denseMatrix(dense(rows, fixture.columns, Float64Array.from(fixture.x)));
const names = Array.from({ length: fixture.columns }, (_, at) => `x${at}`);

function foldedOf({ model, ordered, weighted }: Fixture['cases'][number], table: Matrix = T) {
  const blocks = Int32Array.from(ordered ? fixture.periods : fixture.blocks);
  const by = ordered ? { time: 'period' } : ('rows' as const);
  const weights = weighted ? Float64Array.from(fixture.weights) : undefined;
  const folded: FoldedRows = {
    ...{ table, names },
    labels: Float64Array.from(fixture.labels[model] ?? []),
    ...(weights && { weights }),
  };
  const folds = foldsOf(blocks, { folds: fixture.folds, by, seed: 0 });
  return { folded, folds, moments: new FoldMoments(table, blocks, weights) };
}

function specOf(type: ModelSpec['type'], l2: number, change: object = {}): ModelSpec {
  return jobSchema.shape.model.parse({ type, l2, tolerance: 1e-11, ...change });
}

describe.each(fixture.cases)('$model, by time: $ordered, weighted: $weighted', (one) => {
  const { folded, folds, moments } = foldedOf(one);
  const trials = fixture.l2.map((l2) => ({
    parameters: { l2 },
    folds: folds.map((fold) => fitFold(folded, specOf(one.model, l2), fold, moments.of(fold)).measures),
  }));

  test('measures each fold as cross_validate does, to 1e-8', () => {
    trials.forEach((trial, at) => {
      const found = measuresOf(trial.folds);
      expect(Object.keys(found).sort()).toEqual(Object.keys(one.trials[at]!).sort());
      for (const [name, values] of Object.entries(one.trials[at]!)) {
        const own = found[name as MeasureName]!.values;
        expect(own).toHaveLength(values.length);
        values.forEach((value, fold) => expect(own[fold]).toBeCloseTo(value, 8));
      }
    });
  });

  test('chooses by each measure what GridSearchCV chooses', () => {
    for (const [name, { index, means }] of Object.entries(one.best)) {
      const measure = name as MeasureName;
      const reports = trials.map((trial) => reportOf(trial, measure));
      reports.forEach(({ mean }, at) => expect(mean).toBeCloseTo(means[at]!, 8));
      expect(chosenOf(reports, measure, 'best'), name).toBe(index);
    }
  });

  test('measures the same on a table that is not built', () => {
    const index = Int32Array.from({ length: rows }, (_, row) => row);
    const columns = Int32Array.from(names.keys());
    const factorized = foldedOf(one, factorizedTable(rows, [{ table: T, index, columns }]));
    const spec = specOf(one.model, 0.01);
    folds.forEach((fold) => {
      const here = fitFold(folded, spec, fold, moments.of(fold)).measures;
      const there = fitFold(factorized.folded, spec, fold, factorized.moments.of(fold)).measures;
      for (const [name, value] of Object.entries(here))
        expect((there as unknown as Record<string, number>)[name]).toBeCloseTo(value as number, 10);
    });
  });
});

describe('what folds share', () => {
  const [linear] = fixture.cases;
  const logistic = fixture.cases.find(({ model }) => model === 'logistic-regression');

  /** T that counts the rows of which Gram matrices are formed. */
  function counting() {
    const count = { rows: 0 };
    const wrap = (matrix: Matrix): Matrix => ({
      ...matrix,
      gram(weights) {
        count.rows += matrix.rows;
        return matrix.gram(weights);
      },
      slice: (picked) => wrap(matrix.slice(picked)),
    });
    return { count, table: wrap(T) };
  }

  test.each([
    ['a linear regression in closed form', linear!, {}],
    ['a linear regression in rounds', linear!, { solver: 'l-bfgs' }],
    ['a logistic regression', logistic!, {}],
  ])('all trials and folds of %s form one Gram matrix of all rows', (_what, one, change) => {
    const shared = counting();
    const { folded, folds, moments } = foldedOf(one, shared.table);
    const alone = counting();
    for (const l2 of fixture.l2) {
      for (const fold of folds) {
        const spec = specOf(one.model, l2, change);
        fitFold(folded, spec, fold, moments.of(fold));
        const table = alone.table.slice(fold.train);
        const labels = Float64Array.from(fold.train, (row) => folded.labels[row]!);
        runLocally({ table, names, labels, spec, rounds: Infinity });
      }
    }
    expect(shared.count.rows).toBe(rows);
    // k − 1 of k rows for each trial and fold.
    expect(alone.count.rows).toBe(rows * (fixture.folds - 1) * fixture.l2.length);
  });

  test('the moments of a fold are those of its rows', () => {
    const weighted = fixture.cases.find((one) => one.weighted && one.ordered)!;
    const { folded, folds, moments } = foldedOf(weighted);
    for (const fold of folds) {
      const w = Float64Array.from(fold.train, (row) => folded.weights![row]!);
      const total = w.reduce((sum, value) => sum + value, 0);
      const { mean, second } = moments.of(fold);
      const part = T.slice(fold.train);
      part.columnSums(w).forEach((sum, at) => expect(mean[at]).toBeCloseTo(sum / total, 12));
      part.gram(w).data.forEach((sum, at) => expect(second.data[at]).toBeCloseTo(sum / total, 12));
    }
  });
});
