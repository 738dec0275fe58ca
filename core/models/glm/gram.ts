import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';

/**
 * Dot products of the basis s_1 … s_q, y_1 … y_q, g with itself, kept up to date from the few rows that are new each round.
 */
export type Gram = Dense;

/** Number of pairs of a basis whose Gram matrix this is. */
export function pairsOf(gram: Gram): number {
  return (gram.rows - 1) / 2;
}

/**
 * The Gram matrix after a pair was pushed (products has three rows: s_q, y_q, g) or for the first gradient (one row).
 * Products among vectors that stayed are carried over.
 */
export function nextGram(before: Gram | undefined, products: readonly Float64Array[]): Gram {
  const size = products[0]!.length;
  const gram = dense(size, size);
  const q = (size - 1) / 2;
  if (before !== undefined && q > 0) {
    const qBefore = pairsOf(before);
    const dropped = qBefore + 1 - q;
    /** Place that vector i, one that stayed, had before. */
    const earlier = (i: number) => (i < q ? i + dropped : i - q + dropped + qBefore);
    for (let i = 0; i < size - 1; i++) {
      for (let j = 0; j < size - 1; j++) {
        if (isNewest(i, q) || isNewest(j, q)) continue;
        gram.data[i * size + j] = before.data[earlier(i) * before.columns + earlier(j)]!;
      }
    }
  }
  const fresh = q > 0 ? [q - 1, 2 * q - 1, size - 1] : [0];
  fresh.forEach((i, row) => {
    for (let j = 0; j < size; j++) {
      gram.data[i * size + j] = products[row]![j]!;
      gram.data[j * size + i] = products[row]![j]!;
    }
  });
  return gram;
}

function isNewest(i: number, q: number): boolean {
  return i === q - 1 || i === 2 * q - 1;
}

/** cᵀ Q d. */
export function quadraticForm(gram: Gram, c: readonly number[], d: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < gram.rows; i++) {
    let row = 0;
    for (let j = 0; j < gram.columns; j++) row += gram.data[i * gram.columns + j]! * d[j]!;
    sum += c[i]! * row;
  }
  return sum;
}

/**
 * Coefficients over the basis of the L-BFGS direction p = −H g by the two-loop recursion, on dot products alone
 * (Chen, Wang, Zhou: "Large-scale L-BFGS using MapReduce", NIPS 2014, algorithm 3).
 */
export function lbfgsDirection(gram: Gram): number[] {
  const size = gram.rows;
  const q = pairsOf(gram);
  const entry = (i: number, j: number) => gram.data[i * size + j]!;
  const c = new Array<number>(size).fill(0);
  c[size - 1] = -1;
  const product = (i: number) => c.reduce((sum, value, j) => sum + value * entry(i, j), 0);
  const alpha = new Array<number>(q).fill(0);
  for (let i = q - 1; i >= 0; i--) {
    alpha[i] = product(i) / entry(i, q + i);
    c[q + i]! -= alpha[i]!;
  }
  if (q > 0) {
    const gamma = entry(q - 1, 2 * q - 1) / entry(2 * q - 1, 2 * q - 1);
    for (let i = 0; i < size; i++) c[i]! *= gamma;
  }
  for (let i = 0; i < q; i++) {
    const beta = product(q + i) / entry(i, q + i);
    c[i]! += alpha[i]! - beta;
  }
  return c;
}
