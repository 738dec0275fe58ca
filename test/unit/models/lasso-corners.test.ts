import fc from 'fast-check';
import { expect, test } from 'vitest';
import { combinedPoints } from '../../../core/models/glm/lasso/combine.js';

const size = fc.double({ min: 1e-6, max: 1e6, noNaN: true });

test('a way that ends where parameters change their sign ends at 0, to the last bit, and leaves others where they are', () => {
  fc.assert(
    fc.property(size, size, fc.double({ min: 1.01, max: 3, noNaN: true }), (before, after, times) => {
      const room = before / (before + after);
      // The second parameter is a multiple of the first, as that of a repeated column; the third has one sign.
      const from = Float64Array.of(before, -times * before, before);
      const to = Float64Array.of(-after, times * after, before + after);
      const [one, other, kept] = combinedPoints([0, room, 1 - room], [new Float64Array(3), to, from]);
      expect([one, other]).toEqual([0, 0]);
      expect(kept).toBe(room * (before + after) + (1 - room) * before);
    }),
    { numRuns: 1000 },
  );
});

test('small parameters among others are kept', () => {
  const point = Float64Array.of(1e-200, 1, -1e-15);
  expect(combinedPoints([0, 0, 1], [new Float64Array(3), new Float64Array(3).fill(1), point])).toEqual(point);
  expect(combinedPoints([0.5, 0.5], [point, point])).toEqual(point);
});
