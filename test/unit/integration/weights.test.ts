import { expect, test } from 'vitest';
import { requireOffsets, requireWeights } from '../../../core/integration/weights.js';

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

test('a row that comes from tables without the offset is refused', () => {
  expect(() => requireOffsets(Float64Array.of(-3, 0))).not.toThrow();
  expect(() => requireOffsets(Float64Array.of(0, NaN))).toThrow(
    expect.objectContaining({ code: 'AMALUR_WRONG_TYPE', field: 'target.offset' }) as Error,
  );
});
