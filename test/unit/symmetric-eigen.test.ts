import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dense } from '../../core/algebra/dense.js';
import { symmetricEigen } from '../../core/algebra/symmetric-eigen.js';

/** Symmetric matrices, many of them with repeated and zero eigenvalues. */
const symmetric = fc.integer({ min: 1, max: 9 }).chain((n) =>
  fc
    .array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1e3, max: 1e3, noNaN: true })), {
      minLength: n * n,
      maxLength: n * n,
    })
    .map((cells) => {
      const at = (i: number, j: number) => cells[Math.min(i, j) * n + Math.max(i, j)]!;
      return dense(
        n,
        n,
        Float64Array.from({ length: n * n }, (_, k) => at(Math.floor(k / n), k % n)),
      );
    }),
);

test('eigenvectors are orthonormal, A v = λ v, and the largest value is the first', () => {
  fc.assert(
    fc.property(symmetric, (a) => {
      const n = a.rows;
      const { values, vectors } = symmetricEigen(a);
      const scale = Math.max(1, ...a.data.map(Math.abs));
      vectors.forEach((v, at) => {
        if (at > 0) expect(values[at]).toBeLessThanOrEqual(values[at - 1]!);
        for (let i = 0; i < n; i++) {
          const image = v.reduce((sum, x, j) => sum + a.data[i * n + j]! * x, 0);
          expect(Math.abs(image - values[at]! * v[i]!)).toBeLessThan(1e-13 * n * scale);
        }
        vectors.forEach((u, other) => {
          const product = v.reduce((sum, x, i) => sum + x * u[i]!, 0);
          expect(Math.abs(product - (at === other ? 1 : 0))).toBeLessThan(1e-13 * n);
        });
      });
    }),
    { numRuns: 300 },
  );
});

test('no row, one row and a diagonal matrix', () => {
  expect(symmetricEigen(dense(0, 0))).toEqual({ values: new Float64Array(0), vectors: [] });
  expect(symmetricEigen(dense(1, 1, Float64Array.of(-4))).values).toEqual(Float64Array.of(-4));
  const { values, vectors } = symmetricEigen(dense(3, 3, Float64Array.of(1, 0, 0, 0, 5, 0, 0, 0, 3)));
  expect([...values]).toEqual([5, 3, 1]);
  expect(vectors.map((v) => v.findIndex((x) => x !== 0))).toEqual([1, 2, 0]);
});
