import { expect, test } from 'vitest';
import { requireWeights } from '../../../core/integration/weights.js';

test('some training rows may weigh nothing', () => {
  expect(() => requireWeights(Float64Array.of(0, 0.5))).not.toThrow();
});

test.each([
  ['that come from tables without the weight: AMALUR_WRONG_TYPE', [1, NaN], 'AMALUR_WRONG_TYPE'],
  ['that all weigh nothing: AMALUR_EMPTY_TARGET', [0, 0], 'AMALUR_EMPTY_TARGET'],
])('training rows %s', (_which, weights, code) => {
  expect(() => requireWeights(Float64Array.from(weights))).toThrow(
    expect.objectContaining({ code, field: 'target.weight' }) as Error,
  );
});
