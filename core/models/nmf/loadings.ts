import { cholesky, solveLower, solveLowerTransposed } from '../../algebra/cholesky.js';
import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';

/** Sweeps over a row's loadings at the most. */
const MOST_SWEEPS = 500;
/** A row rests when no loading changes by more than this share of the largest one. */
const RESTING = 1e-13;
/** Sweeps after which the loadings above 0 are likely to be the right ones, though components that are alike still creep. */
const SWEEPS_TO_JUMP = 20;

/**
 * The loadings W ≥ 0 (n × r) with which rows are nearest to W H: min ½ ‖t − w H‖² by cyclic coordinate descent, which needs
 * of t only its products with H (Hsieh & Dhillon, KDD 2011), with jumps to the minimum over the loadings that are not 0. The problem is convex and each row's is its own, so that a row
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
      if ((sweep + 1) % SWEEPS_TO_JUMP === 0) jump(own, target, gram);
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

/**
 * Goes to the minimum over the loadings above 0, w_F = (H Hᵀ)_FF⁻¹ p_F. Where one of them would become negative, the way ends at
 * its 0, and goes on without it (Lawson & Hanson, "Solving Least Squares Problems", 1974, ch. 23).
 */
function jump(w: Float64Array, p: Float64Array, { columns: r, data: gram }: Dense): void {
  let free = [...w.keys()].filter((j) => w[j]! > 0);
  for (let left = free.length; left > 0; left = free.length) {
    const square = free.flatMap((i) => free.map((j) => gram[i * r + j]!));
    const factor = cholesky(dense(left, left, Float64Array.from(square)));
    if (!factor) return;
    const target = Float64Array.from(free, (j) => p[j]!);
    const there = solveLowerTransposed(factor, solveLower(factor, target));
    const shares = free.map((j, at) => (there[at]! < 0 ? w[j]! / (w[j]! - there[at]!) : 1));
    const share = Math.min(...shares);
    free.forEach((j, at) => {
      const ends = share < 1 && shares[at] === share;
      w[j] = ends ? 0 : Math.max(0, w[j]! + share * (there[at]! - w[j]!));
    });
    if (share === 1) return;
    free = free.filter((j) => w[j]! > 0);
  }
}
