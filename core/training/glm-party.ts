import { z } from 'zod';
import { columnVector } from '../algebra/dense.js';
import type { Matrix } from '../algebra/matrix.js';
import { basisTensors, directionOf, float64, newProducts, pushPair, readBasis, type Basis } from './basis.js';
import type { Message, PartyProgram, State } from './program.js';
import { dot, plus, scaled } from './vectors.js';

const stateJson = z.object({ pairs: z.int().nullable(), l2: z.number(), memory: z.int() });

/** What the aggregator sends down: the last step taken, none in the first round. The tensor `residual` is G_k = I_kᵀ Δ. */
export const downJson = z.object({
  step: z.object({ alpha: z.number(), coefficients: z.array(z.number()) }).nullable(),
});

/** The rows of dot products in `products` are those of `newProducts`; `theta` has θ·b for the whole basis, then θ·θ. */
export interface PartyUp {
  readonly partial: Float64Array;
  readonly products: readonly Float64Array[];
  readonly theta: Float64Array;
}

/**
 * A party of a generalised linear model under L-BFGS in which no vector but partial products travels: it keeps θ_k and its
 * piece of the basis, and sends P_k = D_k g_k with O(m) dot products.
 */
export const glmParty: PartyProgram = {
  start(table, spec) {
    if (spec.type === 'neural-network') throw new Error('a neural network is no generalised linear model');
    return {
      json: { pairs: null, l2: spec.l2, memory: spec.memory },
      tensors: { theta: { shape: [table.columns], data: new Float64Array(table.columns) } },
    };
  },

  step(table, state, down) {
    const { pairs, l2, memory } = stateJson.parse(state.json);
    const { step } = downJson.parse(down.json);
    const thetaBefore = float64(state.tensors, 'theta');
    const basisBefore = pairs === null ? undefined : readBasis('b', pairs, state.tensors);
    const { theta, basis } = advance(table, thetaBefore, basisBefore, step, float64(down.tensors, 'residual'), l2, memory);
    return {
      state: {
        json: { pairs: basis.s.length, l2, memory },
        tensors: { theta: { shape: [theta.length], data: theta }, ...basisTensors('b', basis) },
      },
      up: encodeUp(table, theta, basis),
    };
  },

  parameters: (state: State) => float64(state.tensors, 'theta'),
};

export type Step = z.infer<typeof downJson>['step'];

/** Takes the step that the aggregator has chosen, and forms the gradient D_kᵀ G_k + λ θ_k at the new parameters. */
export function advance(
  table: Matrix,
  theta: Float64Array,
  basis: Basis | undefined,
  step: Step,
  residual: Float64Array,
  l2: number,
  memory: number,
): { theta: Float64Array; basis: Basis } {
  const gradient = (at: Float64Array) => plus(table.transposedMultiply(columnVector(residual)).data, l2, at);
  if (basis === undefined || step === null) return { theta, basis: { s: [], y: [], g: gradient(theta) } };
  const s = scaled(step.alpha, directionOf(basis, step.coefficients));
  const moved = plus(theta, 1, s);
  const g = gradient(moved);
  return { theta: moved, basis: pushPair(basis, s, plus(g, -1, basis.g), g, memory) };
}

function encodeUp(table: Matrix, theta: Float64Array, basis: Basis): Message {
  const partial = table.multiply(columnVector(basis.g)).data;
  const products = newProducts(basis);
  const width = products[0]!.length;
  const flat = new Float64Array(products.length * width);
  products.forEach((row, i) => {
    flat.set(row, i * width);
  });
  const thetaProducts = [...basis.s, ...basis.y, basis.g, theta].map((vector) => dot(theta, vector));
  return {
    json: {},
    tensors: {
      partial: { shape: [partial.length], data: partial },
      products: { shape: [products.length, width], data: flat },
      theta: { shape: [thetaProducts.length], data: Float64Array.from(thetaProducts) },
    },
  };
}

/** Reads what `encodeUp` wrote. */
export function decodeUp(up: Message): PartyUp {
  const products = float64(up.tensors, 'products');
  const [rows = 0, width = 0] = up.tensors.products?.shape ?? [];
  return {
    partial: float64(up.tensors, 'partial'),
    products: Array.from({ length: rows }, (_, i) => products.subarray(i * width, (i + 1) * width)),
    theta: float64(up.tensors, 'theta'),
  };
}
