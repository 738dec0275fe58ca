import { dense } from './dense.js';
import type { Dense } from './matrix.js';

/** L lower triangular with L Lᵀ = A, for a symmetric positive definite A; undefined if A is not. */
export function cholesky(a: Dense): Dense | undefined {
  const n = a.rows;
  const l = dense(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a.data[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l.data[i * n + k]! * l.data[j * n + k]!;
      if (i === j) {
        if (!(sum > 0)) return undefined;
        l.data[i * n + i] = Math.sqrt(sum);
      } else {
        l.data[i * n + j] = sum / l.data[j * n + j]!;
      }
    }
  }
  return l;
}

/** x with L x = b. */
export function solveLower(l: Dense, b: Float64Array): Float64Array {
  const n = l.rows;
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    let sum = x[i]!;
    for (let k = 0; k < i; k++) sum -= l.data[i * n + k]! * x[k]!;
    x[i] = sum / l.data[i * n + i]!;
  }
  return x;
}

/** x with Lᵀ x = b. */
export function solveLowerTransposed(l: Dense, b: Float64Array): Float64Array {
  const n = l.rows;
  const x = Float64Array.from(b);
  for (let i = n - 1; i >= 0; i--) {
    x[i]! /= l.data[i * n + i]!;
    for (let k = 0; k < i; k++) x[k]! -= l.data[i * n + k]! * x[i]!;
  }
  return x;
}
