import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';

/** Sweeps over a row's loadings at the most. */
const MOST_SWEEPS = 500;
/** A row rests when no loading changes by more than this share of the largest one. */
const RESTING = 1e-13;

/**
 * The loadings W ≥ 0 (n × r) with which rows are nearest to W H: min ½ ‖t − w H‖² by cyclic coordinate descent, which needs
 * of t only its products with H (Hsieh & Dhillon, KDD 2011). The problem is convex and each row's is its own, so that a row
 * has the same loadings whatever other rows are predicted with it.
 * @param products T Hᵀ, n × r
 * @param gram H Hᵀ, r × r
 */
export function loadings(products: Dense, gram: Dense): Dense {
  const { rows, columns: r } = products;
  const w = dense(rows, r);
  for (let row = 0; row < rows; row++) {
    const own = w.data.subarray(row * r, (row + 1) * r);
    const target = products.data.subarray(row * r, (row + 1) * r);
    for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
      const { change, largest } = descend(own, target, gram);
      if (change <= RESTING * largest) break;
    }
  }
  return w;
}

/** w_j ← max(0, w_j + (p_j − (w H Hᵀ)_j) / (H Hᵀ)_jj), one after the other. */
function descend(w: Float64Array, p: Float64Array, { columns: r, data: gram }: Dense) {
  let change = 0;
  let largest = 0;
  for (let j = 0; j < r; j++) {
    const diagonal = gram[j * r + j]!;
    if (diagonal === 0) continue;
    let slope = p[j]!;
    for (let i = 0; i < r; i++) slope -= w[i]! * gram[i * r + j]!;
    const next = Math.max(0, w[j]! + slope / diagonal);
    change = Math.max(change, Math.abs(next - w[j]!));
    largest = Math.max(largest, next);
    w[j] = next;
  }
  return { change, largest };
}
