import { expect, test } from 'vitest';
import { foldTarget } from '../../../core/validation/fold-target.js';

const target = {
  rows: 7,
  trainRows: 5,
  labels: Float64Array.of(0, 2, 1, 0, 2, 1, 1),
  weights: Float64Array.of(1, 2, 0, 4, 5, 6, 7),
  offsets: Float64Array.of(10, 20, 30, 40, 50, 60, 70),
  blocks: Int32Array.of(0, 1, 0, 1, 1),
  groups: [{ id: 'a', shares: [{ party: 'a', sourceRows: 3, rows: Int32Array.of(2, -1, 0, 0, 1, 1, 1) }] }],
};
const fold = { train: Int32Array.of(0, 2, 3), validate: Int32Array.of(1, 4) };

test('a fold is a target whose training rows are those that it learns from, and whose test rows those that are left out', () => {
  expect(foldTarget(target, fold)).toEqual({
    rows: 5,
    trainRows: 3,
    labels: Float64Array.of(0, 1, 0, 2, 2),
    weights: Float64Array.of(1, 0, 4, 2, 5),
    offsets: Float64Array.of(10, 30, 40, 20, 50),
    groups: [{ id: 'a', shares: [{ party: 'a', sourceRows: 3, rows: Int32Array.of(2, 0, 0, -1, 1) }] }],
  });
});

test('it has the classes of its training rows that weigh anything, and a row of another is of none of them', () => {
  const { classes, labels } = foldTarget({ ...target, classes: ['x', 'y', 'z'] }, fold);
  // Class y is of a row that weighs nothing, class z of rows that are left out.
  expect(classes).toEqual(['x']);
  expect(labels).toEqual(Float64Array.of(0, 1, 0, 1, 1));
});
