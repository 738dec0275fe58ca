import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import { addGram } from '../../algebra/multiplicative-update.js';

/**
 * X ∘ N / (X M), the multiplicative update of Lee and Seung (NIPS 2000) of either factor for the other: no entry becomes
 * negative, and the objective does not grow. X and N are m × r; M is the r × r product of the other factor with itself.
 */
export function multiplicativeUpdate(x: Dense, numerator: Dense, square: Dense): Dense {
  const { rows, columns: r } = x;
  const result = dense(rows, r);
  for (let from = 0; from < rows * r; from += r) {
    for (let j = 0; j < r; j++) {
      let denominator = 0;
      for (let i = 0; i < r; i++) denominator += x.data[from + i]! * square.data[i * r + j]!;
      // Nothing but 0 is divided by 0 here, and 0 it stays.
      result.data[from + j] =
        denominator === 0 ? 0 : (x.data[from + j]! * numerator.data[from + j]!) / denominator;
    }
  }
  return result;
}

/** Xᵀ X, r × r. */
export function gramOf(x: Dense): Dense {
  const result = dense(x.columns, x.columns);
  addGram(result, x);
  return result;
}

/** ⟨A, B⟩ = Σ a_ij b_ij. */
export function innerProduct(a: Dense, b: Dense): number {
  let sum = 0;
  for (let at = 0; at < a.data.length; at++) sum += a.data[at]! * b.data[at]!;
  return sum;
}

export function times(factor: number, { rows, columns, data }: Dense): Dense {
  return dense(
    rows,
    columns,
    data.map((value) => factor * value),
  );
}

/** Share of its row's mean that an entry has at the least where a training begins at given factors: at 0 it would stay. */
const LEAST = 1e-6;

/**
 * Of each row by itself: a party has only its own columns of H, and the beginning may not depend on whose they are.
 * @param share of the mean of a row, which its entries have at the least
 */
export function aboveZero({ rows, columns: r, data }: Dense, share = LEAST): Dense {
  const result = dense(rows, r);
  for (let row = 0; row < rows; row++) {
    const own = data.subarray(row * r, (row + 1) * r);
    const mean = own.reduce((sum, value) => sum + value, 0) / r;
    // The first update gives a row of zeros its scale.
    const least = mean > 0 ? share * mean : LEAST;
    for (let j = 0; j < r; j++) result.data[row * r + j] = Math.max(own[j]!, least);
  }
  return result;
}
