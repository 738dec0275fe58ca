import { expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { jobSchema } from '../../../core/job/schema.js';
import { draws } from '../../../core/models/draws.js';
import { scoresOf, withOffsets } from '../../../core/models/family.js';
import { trainedBy } from '../../../core/models/programs.js';
import { runLocally } from '../../../core/training/local-runner.js';
import { fitFold } from '../../../core/validation/fit-fold.js';
import { FoldMoments } from '../../../core/validation/fold-moments.js';
import { foldsOf } from '../../../core/validation/folds.js';

const rows = 120;
const columns = 3;
const random = draws('folds of models');
const drawn = (length: number, name: number) => Float64Array.from({ length }, (_, at) => random(at, name));
const T = denseMatrix(
  dense(
    rows,
    columns,
    drawn(rows * columns, 0).map((u) => 2 * u - 1),
  ),
);
const weights = drawn(rows, 1).map((u) => (u < 0.2 ? 0 : u));
const offsets = drawn(rows, 2);
const counts = drawn(rows, 3).map((u) => Math.floor(4 * u));
const blocks = Int32Array.from({ length: rows }, (_, row) => row % 3);

test.each([
  ['linear-regression', {}, counts],
  ['linear-regression', { solver: 'l-bfgs' }, counts],
  ['logistic-regression', { classWeights: 'balanced' }, counts.map((count) => Number(count > 1))],
  ['poisson-regression', {}, counts],
  ['gamma-regression', {}, counts.map((count) => count + 0.5)],
  ['huber-regression', { delta: 0.5 }, counts],
  ['softmax-regression', {}, counts],
  ['quantile-regression', { quantile: 0.5, tolerance: 1e-6 }, counts],
])('a fold of a %s %o with weights and offsets is trained as its rows alone', (type, settings, labels) => {
  const spec = jobSchema.shape.model.parse({ type, l2: 0.01, tolerance: 1e-10, ...settings });
  const names = ['a', 'b', 'c'];
  const classes = type === 'softmax-regression' && { classes: ['0', '1', '2', '3'] };
  const moments = new FoldMoments(T, blocks, weights);
  for (const fold of foldsOf(blocks, { folds: 3, by: 'rows', seed: 0 })) {
    const pick = (values: Float64Array, of: Int32Array) => Float64Array.from(of, (row) => values[row]!);
    const { train, validate } = fold;
    const alone = runLocally({
      ...{ table: T.slice(train), names, spec, rounds: Infinity, labels: pick(labels, train), ...classes },
      ...{ weights: pick(weights, train), offsets: pick(offsets, train) },
    });
    expect(['converged', 'stalled']).toContain(alone.stopped);
    const family = trainedBy(spec);
    const scores = withOffsets(
      scoresOf(family, T.slice(validate), alone.parameters),
      pick(offsets, validate),
    );
    const expected = family.measure(scores, alone.own, pick(labels, validate));
    const rowsOfT = { table: T, names, labels, weights, offsets, ...classes };
    const found = fitFold(rowsOfT, spec, fold, moments.of(fold)).measures;
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    for (const [name, value] of Object.entries(expected).filter(([, one]) => typeof one === 'number'))
      expect(Math.abs(found[name as keyof typeof found] - value), name).toBeLessThan(
        type === 'quantile-regression' ? 1e-3 : 1e-7,
      );
  }
});
