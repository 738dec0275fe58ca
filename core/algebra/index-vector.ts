import { dense } from './dense.js';
import type { Dense } from './matrix.js';

/**
 * Products with an indicator matrix I_k, kept as its index vector CI_k (row of the source for each row of the target,
 * −1 for none): a gather and a scatter-add, never a matrix.
 */

/** into += I X: adds row CI[t] of X to row t. */
export function gatherAdd(into: Dense, x: Dense, index: Int32Array): void {
  const p = x.columns;
  const from = x.data;
  const to = into.data;
  if (p === 1) {
    for (let row = 0; row < into.rows; row++) {
      const source = index[row]!;
      if (source >= 0) to[row]! += from[source]!;
    }
    return;
  }
  for (let row = 0; row < into.rows; row++) {
    const source = index[row]!;
    if (source < 0) continue;
    for (let j = 0; j < p; j++) to[row * p + j]! += from[source * p + j]!;
  }
}

/** Iᵀ Y (r_k × p): adds row t of Y to row CI[t], in the order of the target rows. */
export function scatterSum(y: Dense, index: Int32Array, sourceRows: number): Dense {
  const p = y.columns;
  const result = dense(sourceRows, p);
  const to = result.data;
  if (p === 1) {
    for (let row = 0; row < y.rows; row++) {
      const source = index[row]!;
      if (source >= 0) to[source]! += y.data[row]!;
    }
    return result;
  }
  for (let row = 0; row < y.rows; row++) {
    const source = index[row]!;
    if (source < 0) continue;
    for (let j = 0; j < p; j++) to[source * p + j]! += y.data[row * p + j]!;
  }
  return result;
}
