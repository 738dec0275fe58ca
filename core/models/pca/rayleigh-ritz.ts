import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import { symmetricEigen } from '../../algebra/symmetric-eigen.js';
import { dot, plus, scaled } from '../../training/vectors.js';
import { columnsOf, combined, innerProducts } from './block.js';

/** A vector of which no more than this share is left beside the others depends on them: what is left may be rounding. */
const DEPENDENT = 1e-2;

/**
 * Residuals are orthogonal to the basis that X was chosen from. One of which more than this share (of its square) is not is rounding;
 * made orthonormal, it would multiply the rounding of the images of the others.
 */
const FAMILIAR = 0.1;

export interface Ritz {
  /** ‖T̃ x_j‖² of the new X, the largest first. */
  readonly values: Float64Array;
  /** [X P] over the basis, its columns orthonormal. */
  readonly turn: Dense;
}

/**
 * The best approximations X of the leading eigenvectors of T̃ᵀT̃ that a basis B of a few columns has (Rayleigh and Ritz), and the
 * directions P in which they have moved: what they gained beyond the X of before, as in LOBPCG (Knyazev, SIAM J. Sci. Comput.
 * 23(2), 2001; with orthonormal P as Hetmaniuk and Lehoucq, J. Comput. Phys. 218, 2006). It needs of B only products.
 * @param gram BᵀB, b × b
 * @param energy (T̃B)ᵀ(T̃B), b × b
 * @param known how many columns of B, its first, are the X and P of before; the others are residuals
 * @param before how many of these are the X of before
 * @param width how many vectors X is to have; it has fewer where B has fewer independent ones
 */
export function rayleighRitz(
  gram: Dense,
  energy: Dense,
  { known, before }: { readonly known: number; readonly before: number },
  width: number,
): Ritz {
  const b = gram.rows;
  const axes = Array.from({ length: b }, (_, j) => Float64Array.from({ length: b }, (_, i) => +(i === j)));
  const old = orthonormalised(axes.slice(0, known), gram);
  const images = old.map((vector) => combined(gram, dense(b, 1, vector)).data);
  const fresh = axes.slice(known).filter((_, at) => {
    const [j, size] = [known + at, gram.data[(known + at) * (b + 1)]!];
    return images.reduce((sum, image) => sum + image[j]! ** 2, 0) <= FAMILIAR * size;
  });
  const basis = [...old, ...orthonormalised(fresh, gram, old)];
  const z = columnsOf(basis, b);
  const { values, vectors } = symmetricEigen(innerProducts(z, combined(energy, z)));
  const count = Math.min(width, basis.length);
  const ritz = vectors.slice(0, count).map((u) => combined(z, dense(u.length, 1, u)).data);
  const gains = ritz.map((vector) => vector.map((value, i) => (i < before ? 0 : value)));
  const directions = orthonormalised(gains, gram, ritz);
  return { values: values.slice(0, count), turn: columnsOf([...ritz, ...directions], b) };
}

/**
 * Vectors made orthonormal, under the inner product xᵀ M y, to one another and to those before; dependent ones are left out. By
 * modified Gram and Schmidt, twice, which is enough (Parlett, "The Symmetric Eigenvalue Problem", 1980, §6.9).
 * @param before orthonormal already
 */
function orthonormalised(
  vectors: readonly Float64Array[],
  metric: Dense,
  before: readonly Float64Array[] = [],
): Float64Array[] {
  const image = (vector: Float64Array) => combined(metric, dense(vector.length, 1, vector)).data;
  const basis = before.map((vector) => ({ vector, image: image(vector) }));
  for (const given of vectors) {
    const size = Math.sqrt(Math.max(0, dot(given, image(given))));
    let vector = given;
    for (let pass = 0; pass < 2; pass++)
      for (const other of basis) vector = plus(vector, -dot(other.image, vector), other.vector);
    const moved = image(vector);
    const left = Math.sqrt(Math.max(0, dot(vector, moved)));
    if (left > DEPENDENT * size)
      basis.push({ vector: scaled(1 / left, vector), image: scaled(1 / left, moved) });
  }
  return basis.slice(before.length).map(({ vector }) => vector);
}
