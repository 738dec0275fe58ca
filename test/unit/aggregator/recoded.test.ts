import { expect, test } from 'vitest';
import { recoded } from '../../../activities/aggregator/recoded.js';

test('labels get the codes under which the model knows their classes', () => {
  const labels = Float64Array.of(0, 1, 2, 1);
  expect(recoded(labels, ['a', 'b', 'c'], ['c', 'a', 'b'])).toEqual(Float64Array.of(1, 2, 0, 2));
});

test('a class that the model does not know makes them incomparable, unless no row is of it', () => {
  expect(recoded(Float64Array.of(0, 1), ['a', 'new'], ['a'])).toBeUndefined();
  expect(recoded(Float64Array.of(0, 0), ['a', 'new'], ['a'])).toEqual(Float64Array.of(0, 0));
});

test('numbers stay numbers', () => {
  expect(recoded(Float64Array.of(1.5), undefined, undefined)).toEqual(Float64Array.of(1.5));
});
