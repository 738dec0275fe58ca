import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { factorizedTable } from '../../../core/algebra/factorized-table.js';
import { rowRange } from '../../../core/algebra/stack.js';
import {
  sharesById,
  trainingCounts,
  type ColumnGroup,
  type TargetIndex,
} from '../../../core/integration/target-index.js';
import { shareId } from '../../../core/job/resolved.js';
import { jobSchema, type ModelSpec } from '../../../core/job/schema.js';
import { draws } from '../../../core/models/draws.js';
import { scoresOf, withOffsets } from '../../../core/models/family.js';
import type { Metrics } from '../../../core/models/model.js';
import { trainedBy } from '../../../core/models/programs.js';
import { expand } from '../../../core/training/rounds.js';
import { conclude, type TrainedTrial } from '../../../core/validation/conclude.js';
import { fitFold, takesMoments } from '../../../core/validation/fit-fold.js';
import { FoldMoments } from '../../../core/validation/fold-moments.js';
import { foldTarget } from '../../../core/validation/fold-target.js';
import { foldsOf, type Fold } from '../../../core/validation/folds.js';
import { comparable } from '../../../core/validation/measures.js';
import { trialsOf, withParameters } from '../../../core/validation/trials.js';
import { trainInProcess } from '../../support/rounds-in-process.js';

const ROWS = 90;
const validation = { folds: 3, by: 'rows' as const, seed: 0 };
const random = draws('folds in rounds');
const drawn = (length: number, name: number) => Float64Array.from({ length }, (_, at) => random(at, name));
const tableOf = (rows: number, columns: number, name: number) =>
  denseMatrix(
    dense(
      rows,
      columns,
      drawn(rows * columns, name).map((u) => 2 * u - 1),
    ),
  );

/** A base, a table of nine rows that some rows of T do not find, and two tables that supply the same column. */
const sources = new Map([
  ['a.t', { table: tableOf(ROWS, 2, 0), names: ['a1', 'a2'] }],
  ['b.t', { table: tableOf(9, 2, 1), names: ['b1', 'b2'] }],
  ['c.t+d.t/c.t', { table: tableOf(ROWS, 1, 2), names: ['cd'] }],
  ['c.t+d.t/d.t', { table: tableOf(20, 1, 3), names: ['cd'] }],
]);
const rows = (of: (row: number) => number) => Int32Array.from({ length: ROWS }, (_, row) => of(row));
const groups: ColumnGroup[] = [
  { id: 'a.t', shares: [{ party: 'a.t', sourceRows: ROWS, rows: rows((row) => ROWS - 1 - row) }] },
  {
    id: 'b.t',
    shares: [{ party: 'b.t', sourceRows: 9, rows: rows((row) => (row % 11 === 0 ? -1 : row % 9)) }],
  },
  {
    id: 'c.t+d.t',
    shares: [
      { party: 'c.t', sourceRows: ROWS, rows: rows((row) => (row % 3 === 0 ? row : -1)) },
      { party: 'd.t', sourceRows: 20, rows: rows((row) => (row % 3 === 1 ? row % 20 : -1)) },
    ],
  },
];
const names = ['a1', 'a2', 'b1', 'b2', 'cd'];

/** T of the same rows, in one place and written out. */
const columnOf = (name: string) => names.indexOf(name);
const factorized = factorizedTable(
  ROWS,
  groups.flatMap(({ id, shares }) =>
    shares.map(({ party, rows: index }) => {
      const { table, names: own } = sources.get(shareId({ id }, party))!;
      return { table, index, columns: Int32Array.from(own, columnOf) };
    }),
  ),
);
const identity = names.flatMap((_, row) => names.map((__, column) => Number(row === column)));
const T = denseMatrix(factorized.multiply(dense(names.length, names.length, Float64Array.from(identity))));

const weights = drawn(ROWS, 4).map((u) => (u < 0.2 ? 0 : u));
const offsets = drawn(ROWS, 5);
const blocks = Int32Array.from(drawn(ROWS, 6), (u) => Math.floor(3 * u));
const signal = T.multiply(
  dense(
    names.length,
    1,
    Float64Array.from(names, (_, at) => 1 - 0.4 * at),
  ),
).data;
const noisy = drawn(ROWS, 7).map((u, row) => signal[row]! + 2 * u - 1);
const labelsOf = {
  numbers: noisy,
  counts: noisy.map((value) => Math.max(0, Math.round(value + 1))),
  amounts: noisy.map((value) => Math.exp(value)),
  two: noisy.map((value) => Number(value > 0)),
  // The last class is in the first block only: the fold without it has three.
  many: noisy.map((value, row) =>
    blocks[row] === 0 && row % 7 === 0 ? 3 : value > 0.4 ? 2 : value > -0.4 ? 1 : 0,
  ),
};

type Rows = Pick<TargetIndex, 'labels' | 'classes' | 'weights' | 'offsets'>;

/** A fold as the workflow trains it: a target table of its own, messages between tables. */
function fitInRounds(facts: Rows, spec: ModelSpec, fold: Fold) {
  const target = foldTarget({ rows: ROWS, trainRows: ROWS, groups, ...facts }, fold);
  const { trainRows } = target;
  const tables = new Map(
    [...sharesById(target)].map(([id, share]) => [
      id,
      { ...sources.get(id)!, counts: trainingCounts(share, trainRows), trainRows },
    ]),
  );
  const { parameters, own, network } = trainInProcess(tables, target, spec);
  const family = trainedBy(spec);
  const scores = new Map(
    target.groups.flatMap(({ id, shares }) =>
      shares.map(({ party }) => {
        const share = shareId({ id }, party);
        return [share, scoresOf(family, sources.get(share)!.table, parameters.get(id)!)] as const;
      }),
    ),
  );
  const all = withOffsets(expand(target, scores), target.offsets);
  const left = rowRange(all, trainRows, target.rows - trainRows);
  return family.measure(left, own, target.labels.subarray(trainRows), network);
}

const folds = foldsOf(blocks, validation);

/** All trials, each fold trained as `fit` does. */
function concluded(
  job: Parameters<typeof conclude>[0],
  spec: ModelSpec,
  fit: (model: ModelSpec, fold: Fold) => Metrics,
) {
  const trials = trialsOf(spec, job.search).map((parameters): TrainedTrial => {
    const model = withParameters(spec, parameters);
    return {
      ...{ parameters, model, folds: folds.map((fold) => fit(model, fold)) },
      rows: folds.map(({ train, validate }) => ({ train: train.length, validate: validate.length })),
    };
  });
  return { trials, ...conclude(job, validation, trials) };
}

const search = (over: object) => jobSchema.shape.search.parse({ over })!;
const both = { weights, offsets };

describe('cross-validation in rounds', () => {
  test.each([
    ['linear-regression', {}, { l2: [0.01, 0.1] }, 'regression', 'numbers', both],
    ['linear-regression', { l2: 0.01 }, { l1: [0.3, 0.01] }, 'regression', 'numbers', both],
    ['logistic-regression', { classWeights: 'balanced' }, { l2: [0.01, 1] }, 'classification', 'two', both],
    ['logistic-regression', { l2: 0.02 }, { l1: [0.1, 0.01] }, 'classification', 'two', both],
    ['poisson-regression', {}, { l2: [0.01, 0.1] }, 'regression', 'counts', both],
    ['gamma-regression', {}, { l2: [0.01, 0.1] }, 'regression', 'amounts', both],
    ['huber-regression', { delta: 1, l2: 0.01 }, { delta: [0.3, 1] }, 'regression', 'numbers', both],
    ['quantile-regression', { quantile: 0.5 }, { l2: [0.01, 0.1] }, 'regression', 'numbers', both],
    ['softmax-regression', {}, { l2: [0.01, 0.1] }, 'classification', 'many', { weights }],
    [
      'neural-network',
      { hidden: [4], epochs: 2, batchSize: 32 },
      { seed: [1, 2] },
      'classification',
      'two',
      {},
    ],
  ] as const)('of a %s with %o, searched over %o, finds what it finds in one place, to 1e-8', (...one) => {
    const [type, settings, over, task, labels, given] = one;
    const spec = jobSchema.shape.model.parse({
      ...{ type, ...settings },
      ...(type === 'neural-network' ? { output: 'sigmoid' } : { tolerance: 1e-11 }),
    });
    const facts: Rows = {
      ...{ labels: labelsOf[labels], ...given },
      ...(labels === 'many' && { classes: ['w', 'x', 'y', 'z'] }),
    };
    const moments = new FoldMoments(T, blocks, facts.weights);
    const job = { task, search: search(over) };
    const here = concluded(job, spec, (model, fold) => {
      const known = takesMoments(model) ? moments.of(fold) : undefined;
      return fitFold({ table: T, names, ...facts }, model, fold, known).measures;
    });
    const apart = concluded(job, spec, (model, fold) => fitInRounds(facts, model, fold));
    here.trials.forEach((trial, at) => {
      trial.folds.forEach((measures, fold) => {
        const found = comparable(apart.trials[at]!.folds[fold]!);
        expect(found.size).toBeGreaterThan(2);
        for (const [name, value] of comparable(measures))
          expect(found.get(name)! / value!, `${name} of fold ${fold}`).toBeCloseTo(1, 8);
      });
    });
    expect(apart.report.chosen).toBe(here.report.chosen);
    expect(apart.report.folds).toEqual(here.report.folds);
    expect(apart.model).toEqual(here.model);
    // The trials differ, so that there is something to choose.
    const [first, second] = here.report.trials;
    expect(Math.abs(first!.mean! - second!.mean!)).toBeGreaterThan(1e-4);
  });
});
