import type { Tensor } from '../../exchange/bundle.js';
import { float64, vectorTensor } from '../../training/tensors.js';
import { combination, dot } from '../../training/vectors.js';

/**
 * The basis of limited-memory BFGS in the order s_1 … s_q, y_1 … y_q, g: steps, changes of the gradient, the gradient.
 * Each participant holds its own piece of every vector (algebra: "L-BFGS with one exchange per iteration").
 */
export interface Basis {
  readonly s: readonly Float64Array[];
  readonly y: readonly Float64Array[];
  readonly g: Float64Array;
}

export function basisVectors({ s, y, g }: Basis): readonly Float64Array[] {
  return [...s, ...y, g];
}

/** p = Σ c_i b_i. */
export function directionOf(basis: Basis, coefficients: readonly number[]): Float64Array {
  return combination(coefficients, basisVectors(basis), basis.g.length);
}

/** Adds a pair and drops the oldest beyond `memory`. */
export function pushPair(
  basis: Basis,
  s: Float64Array,
  y: Float64Array,
  g: Float64Array,
  memory: number,
): Basis {
  return { s: [...basis.s, s].slice(-memory), y: [...basis.y, y].slice(-memory), g };
}

/**
 * The dot products that a new pair and gradient bring: rows s_q, y_q, g against the whole basis (only g before the first
 * pair). The other products are known from earlier rounds.
 */
export function newProducts(basis: Basis): Float64Array[] {
  const all = basisVectors(basis);
  const fresh = [basis.s.at(-1), basis.y.at(-1), basis.g].filter((vector) => vector !== undefined);
  return fresh.map((vector) => Float64Array.from(all, (other) => dot(vector, other)));
}

/** The basis as tensors `name.s0` …, to be kept in a state. */
export function basisTensors(name: string, { s, y, g }: Basis): Record<string, Tensor> {
  return {
    [`${name}.g`]: vectorTensor(g),
    ...Object.fromEntries(s.map((vector, i) => [`${name}.s${i}`, vectorTensor(vector)])),
    ...Object.fromEntries(y.map((vector, i) => [`${name}.y${i}`, vectorTensor(vector)])),
  };
}

/** Reads a basis of `pairs` pairs back. */
export function readBasis(name: string, pairs: number, tensors: Readonly<Record<string, Tensor>>): Basis {
  const vectors = (kind: string) =>
    Array.from({ length: pairs }, (_, i) => float64(tensors, `${name}.${kind}${i}`));
  return { s: vectors('s'), y: vectors('y'), g: float64(tensors, `${name}.g`) };
}
