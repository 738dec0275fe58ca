/** The parameters of a principal component analysis that belong to no column. */
export interface Own {
  /** Singular values σ_j of T̃, length k; 0 for a component that there is none of. */
  readonly singular: ArrayLike<number>;
  /** μᵀ v_j, length k. */
  readonly means: ArrayLike<number>;
  /** ‖μ‖². */
  readonly mean: number;
}

export function writeOwn({ singular, means, mean }: Own): Float64Array {
  // Adding 0 makes 0 of −0, which JSON does not keep.
  return Float64Array.from([...Array.from(singular), ...Array.from(means), mean], (value) => value + 0);
}

export function readOwn(own: Float64Array): Own {
  const k = (own.length - 1) / 2;
  return { singular: own.subarray(0, k), means: own.subarray(k, 2 * k), mean: own[2 * k] ?? 0 };
}

/** A direction along which rows have no more than this share of ‖T‖² is none: it may be rounding. */
const NOTHING = 1e-12;

/** Whether a direction with this ‖T̃ v‖² counts as one. */
export function isDirection(value: number, square: number): boolean {
  return value > NOTHING * square;
}
