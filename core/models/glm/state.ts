import { z } from 'zod';
import type { State } from '../../training/program.js';
import { denseOf, denseTensor, float64, vectorTensor } from '../../training/tensors.js';
import { basisTensors, readBasis } from './basis.js';
import type { Descent } from './descent.js';
import { stepJson, type GlmSpec } from './party.js';

/**
 * What the aggregator of a generalised linear model knows between two rounds. The intercept is a party of its own: its
 * piece of each basis vector is one number, its column of T is all ones, and no penalty applies to it. It is the intercept
 * of the centred model; the parties' offsets make it that of the model as it is used.
 */
export interface Working extends Descent {
  readonly spec: GlmSpec;
  /** Bandwidths of this stage and of those to come; empty where the loss is smooth by itself. */
  readonly stages: readonly number[];
  /** Mean loss at the current scores, without penalty. */
  readonly loss: number;
  /** s = Tθ + intercept + offsets, centred or not, length n (training rows). */
  readonly scores: Float64Array;
  /** Intercept of the centred model. */
  readonly intercept: number;
  /** Σ_k μ_kᵀθ_k at the parties' current parameters. */
  readonly offset: number;
  /** The intercept's gradient Σ Δ at the current scores. */
  readonly interceptGradient: number;
}

const json = z.object({
  step: stepJson,
  spec: z.custom<GlmSpec>(),
  stages: z.array(z.number()),
  pairs: z.int().nullable(),
  round: z.int(),
  loss: z.number(),
  bestNorm: z.number().nullable(),
  roundsSinceBest: z.int(),
  intercept: z.number(),
  offset: z.number(),
  interceptGradient: z.number(),
});

export function writeState(working: Working): State {
  const { products, interceptBasis, gram, penalties, scores, pending, bestNorm, ...numbers } = working;
  return {
    json: {
      ...numbers,
      // JSON has no infinity: null stands for "no gradient seen yet".
      bestNorm: Number.isFinite(bestNorm) ? bestNorm : null,
      pairs: products?.s.length ?? null,
    },
    tensors: {
      scores: vectorTensor(scores),
      pending: vectorTensor(pending),
      ...(products && basisTensors('t', products)),
      ...(interceptBasis && basisTensors('i', interceptBasis)),
      ...(gram && { gram: denseTensor(gram) }),
      ...(penalties && { penalties: denseTensor(penalties) }),
    },
  };
}

export function readState(state: State): Working {
  const { pairs, bestNorm, ...numbers } = json.parse(state.json);
  const square = (name: string) => (pairs === null ? undefined : denseOf(state.tensors, name));
  return {
    ...numbers,
    bestNorm: bestNorm ?? Infinity,
    scores: float64(state.tensors, 'scores'),
    pending: float64(state.tensors, 'pending'),
    products: pairs === null ? undefined : readBasis('t', pairs, state.tensors),
    interceptBasis: pairs === null ? undefined : readBasis('i', pairs, state.tensors),
    gram: square('gram'),
    penalties: square('penalties'),
  };
}
