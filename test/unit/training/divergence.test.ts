import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { jobSchema } from '../../../core/job/schema.js';
import { runLocally } from '../../../core/training/local-runner.js';

const diverged = expect.objectContaining({ code: 'AMALUR_DIVERGED' }) as Error;
const specOf = (model: object) => jobSchema.shape.model.parse(model);
const column = (...cells: number[]) => denseMatrix(dense(cells.length, 1, Float64Array.from(cells)));

describe('numbers beyond what a float64 holds end a training with a code', () => {
  test.each([1e160, 1e200, 1e308])('a cell of %d', (huge) => {
    const spec = specOf({ type: 'logistic-regression' });
    const labels = Float64Array.of(0, 1, 0, 1);
    expect(() =>
      runLocally({ names: ['x'], table: column(huge, 1, 2, -huge), labels, spec, rounds: 50 }),
    ).toThrow(diverged);
  });

  test('a label of 1e160', () => {
    const spec = specOf({ type: 'linear-regression' });
    const labels = Float64Array.of(1e160, 1, 0, 1);
    expect(() => runLocally({ names: ['x'], table: column(0, 1, 2, 3), labels, spec, rounds: 50 })).toThrow(
      diverged,
    );
  });

  test('a network whose loss is no number any more', () => {
    const spec = specOf({ type: 'neural-network', output: 'linear', hidden: [4], epochs: 5 });
    const labels = Float64Array.of(1e30, -1e30, 1e30, -1e30);
    const table = column(1e30, 2, 3, -1e30);
    expect(() => runLocally({ names: ['x'], table, labels, spec, rounds: 50 })).toThrow(diverged);
  });
});
