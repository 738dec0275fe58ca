import { expect, test } from 'vitest';
import { didYouMean, suggest } from '../../core/suggest.js';

test.each([
  ['arr_dealy', 'arr_delay'],
  ['ARR_DELAY', 'arr_delay'],
  ['orign', 'origin'],
  ['og', undefined],
  ['something else', undefined],
  ['', undefined],
])('%j was meant as %j', (word, expected) => {
  expect(suggest(word, ['origin', 'arr_delay', 'dep_delay'])).toBe(expected);
});

test('of two equally near the first in order wins, however they are given', () => {
  expect(suggest('wing', ['wink', 'wind'])).toBe('wind');
  expect(suggest('wing', ['wind', 'wink'])).toBe('wind');
});

test('where nothing is near, a short list is shown and a long one is not', () => {
  expect(didYouMean('x', ['origin', 'carrier'])).toBe('known: carrier, origin');
  expect(
    didYouMean(
      'x',
      Array.from({ length: 30 }, (_, i) => `column${i}`),
    ),
  ).toBeUndefined();
});
