import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { argMinRows } from '../../core/algebra/arg-min.js';
import { BufferPool } from '../../core/algebra/buffer-pool.js';
import { dense } from '../../core/algebra/dense.js';
import type { Dense } from '../../core/algebra/matrix.js';
import { multiplicativeUpdate } from '../../core/algebra/multiplicative-update.js';
import { sigmoidInPlace } from '../../core/algebra/sigmoid.js';
import { isResident, kernelMode } from '../../core/algebra/wasm/arena.js';

/** The same numbers as plain and as compiled kernels get them. */
function bothForms(numbers: Dense): { plain: Dense; compiled: Dense } {
  kernelMode.value = 'compiled';
  const compiled = new BufferPool(numbers.rows).take(numbers.rows, numbers.columns);
  compiled.data.set(numbers.data);
  expect(isResident(compiled.data) || compiled.data.length === 0).toBe(true);
  kernelMode.value = 'auto';
  return { plain: dense(numbers.rows, numbers.columns, numbers.data.slice()), compiled };
}

const block = (cell: fc.Arbitrary<number>) =>
  fc
    .record({ rows: fc.integer({ min: 0, max: 9 }), p: fc.integer({ min: 1, max: 17 }) })
    .chain(({ rows, p }) =>
      fc
        .array(cell, { minLength: rows * p, maxLength: rows * p })
        .map((numbers) => dense(rows, p, Float64Array.from(numbers))),
    );

describe('compiled kernels over rows equal the plain ones', () => {
  afterAll(() => {
    kernelMode.value = 'auto';
  });

  test('arg-min, the first of equals', () => {
    fc.assert(
      fc.property(block(fc.integer({ min: -2, max: 2 })), (numbers) => {
        const { plain, compiled } = bothForms(numbers);
        const offsets = Float64Array.from({ length: numbers.columns }, (_, j) => (j % 3) - 1);
        const [a, b] = [new Int32Array(numbers.rows + 1), new Int32Array(numbers.rows + 1)];
        argMinRows(plain, offsets, a, 1);
        argMinRows(compiled, offsets, b, 1);
        expect(b).toEqual(a);
      }),
    );
  });

  test('an arg-min of rows that are not numbers is still a column', () => {
    const { compiled } = bothForms(dense(2, 3, new Float64Array(6).fill(NaN)));
    const nearest = new Int32Array(2);
    argMinRows(compiled, new Float64Array(3), nearest, 0);
    for (const column of nearest) expect(column).toBeLessThan(3);
  });

  test('the sigmoid to the last digits, at any size of its argument', () => {
    fc.assert(
      fc.property(block(fc.double({ min: -800, max: 800, noNaN: true })), (numbers) => {
        const { plain, compiled } = bothForms(numbers);
        sigmoidInPlace(plain.data);
        sigmoidInPlace(compiled.data);
        plain.data.forEach((value, at) => {
          expect(Math.abs(compiled.data[at]! - value)).toBeLessThanOrEqual(
            4 * Number.EPSILON * value + 1e-300,
          );
        });
      }),
    );
  });

  test('the multiplicative update and the Gram matrix of what it leaves', () => {
    fc.assert(
      fc.property(block(fc.double({ min: 0, max: 10, noNaN: true })), (numbers) => {
        const p = numbers.columns;
        const gram = dense(
          p,
          p,
          Float64Array.from({ length: p * p }, (_, at) => 1 / (1 + Math.floor(at / p) + (at % p))),
        );
        const ways = (['plain', 'compiled'] as const).map((mode) => {
          const numerator = bothForms(numbers)[mode];
          kernelMode.value = mode;
          const x = dense(numbers.rows, p, numbers.data.map((value) => value + 1)); // prettier-ignore
          const sums = dense(p, p, new Float64Array(p * p).fill(2));
          multiplicativeUpdate(x, numerator, gram, sums);
          kernelMode.value = 'auto';
          return { x, numerator, sums };
        });
        const [plain, compiled] = ways;
        for (const name of ['x', 'numerator', 'sums'] as const)
          plain![name].data.forEach((value, at) =>
            expect(Math.abs(compiled![name].data[at]! - value)).toBeLessThanOrEqual(
              1e-12 * (1 + Math.abs(value)),
            ),
          );
      }),
    );
  });
});
