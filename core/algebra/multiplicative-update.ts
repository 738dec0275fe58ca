import type { Dense } from './matrix.js';

/** Keeps a division by zero from making NaN of an entry that is zero anyway. */
const TINY = 1e-12;

/** X ← X ∘ N / (X G + tiny), row by row (X, N: r × p; G: p × p): the multiplicative update of Lee and Seung, NIPS 2000, §4. */
export function multiplicativeUpdate(x: Dense, numerator: Dense, gram: Dense): void {
  const p = x.columns;
  const row = new Float64Array(p);
  for (let i = 0, at = 0; i < x.rows; i++, at += p) {
    for (let j = 0; j < p; j++) row[j] = x.data[at + j]!;
    for (let j = 0; j < p; j++) {
      let sum = TINY;
      for (let l = 0; l < p; l++) sum += row[l]! * gram.data[l * p + j]!;
      x.data[at + j] = (row[j]! * numerator.data[at + j]!) / sum;
    }
  }
}

/** into (p × p) += Xᵀ X. */
export function addGram(into: Dense, x: Dense): void {
  const p = x.columns;
  for (let i = 0, at = 0; i < x.rows; i++, at += p)
    for (let j = 0; j < p; j++)
      for (let l = 0; l < p; l++) into.data[j * p + l]! += x.data[at + j]! * x.data[at + l]!;
}
