import { z } from 'zod';
import { dense } from '../algebra/dense.js';
import type { Tensor } from '../exchange/bundle.js';
import type { ModelSpec } from '../job/schema.js';
import { basisTensors, float64, readBasis, type Basis } from './basis.js';
import { downJson, type Step } from './glm-party.js';
import type { Gram } from './gram.js';
import type { State } from './program.js';

export type GlmSpec = Exclude<ModelSpec, { type: 'neural-network' }>;

/**
 * What the aggregator of a generalised linear model knows between two rounds. The intercept is a party of its own with
 * one source row that every target row refers to: its piece of each basis vector is one number, its column of T is all
 * ones, and no penalty applies to it.
 */
export interface Working {
  readonly spec: GlmSpec;
  readonly round: number;
  /** Mean loss at the current scores, without penalty. */
  readonly loss: number;
  readonly bestNorm: number;
  readonly roundsSinceBest: number;
  /** s = Tθ + intercept, length n (training rows). */
  readonly scores: Float64Array;
  /** T b of every basis vector, intercept included; undefined before the first gradient. */
  readonly products: Basis | undefined;
  /** T s of the step that the parties are taking now. */
  readonly pending: Float64Array;
  /** Dot products over the parties' pieces of the basis, intercept left out. */
  readonly gram: Gram | undefined;
  readonly step: Step;
  readonly intercept: number;
  /** The intercept's gradient Σ Δ at the current scores. */
  readonly interceptGradient: number;
  readonly interceptBasis: Basis | undefined;
}

const json = downJson.extend({
  spec: z.custom<GlmSpec>(),
  pairs: z.int().nullable(),
  round: z.int(),
  loss: z.number(),
  bestNorm: z.number().nullable(),
  roundsSinceBest: z.int(),
  intercept: z.number(),
  interceptGradient: z.number(),
});

export function writeState(working: Working): State {
  const { products, interceptBasis, gram, scores, pending, bestNorm, ...numbers } = working;
  const vector = (data: Float64Array): Tensor => ({ shape: [data.length], data });
  return {
    json: {
      ...numbers,
      // JSON has no infinity: null stands for "no gradient seen yet".
      bestNorm: Number.isFinite(bestNorm) ? bestNorm : null,
      pairs: products?.s.length ?? null,
    },
    tensors: {
      scores: vector(scores),
      pending: vector(pending),
      ...(products && basisTensors('t', products)),
      ...(interceptBasis && basisTensors('i', interceptBasis)),
      ...(gram && { gram: { shape: [gram.rows, gram.columns], data: gram.data } }),
    },
  };
}

export function readState(state: State): Working {
  const { pairs, bestNorm, ...numbers } = json.parse(state.json);
  const size = pairs === null ? 0 : 2 * pairs + 1;
  return {
    ...numbers,
    bestNorm: bestNorm ?? Infinity,
    scores: float64(state.tensors, 'scores'),
    pending: float64(state.tensors, 'pending'),
    products: pairs === null ? undefined : readBasis('t', pairs, state.tensors),
    interceptBasis: pairs === null ? undefined : readBasis('i', pairs, state.tensors),
    gram: pairs === null ? undefined : dense(size, size, float64(state.tensors, 'gram')),
  };
}
