import { z } from 'zod';
import type { State } from '../../training/program.js';
import { denseOf, denseTensor, float64, vectorTensor } from '../../training/tensors.js';
import { basisTensors, readBasis } from '../glm/basis.js';
import type { Descent } from '../glm/descent.js';
import { stepJson } from '../glm/party.js';
import type { SoftmaxSpec } from './spec.js';

/**
 * What the aggregator of a softmax regression knows between two rounds: as of a generalised linear model (`glm/state.ts`), with
 * C scores a row and C intercepts. Vectors over rows have n C numbers, row by row.
 */
export interface Working extends Descent {
  readonly spec: SoftmaxSpec;
  /** Mean loss at the current scores, without penalty. */
  readonly loss: number;
  /** S = T Θ + 1 bᵀ, centred or not. */
  readonly scores: Float64Array;
  /** Intercepts of the centred model, length C. */
  readonly intercepts: Float64Array;
  /** Σ_k Θ_kᵀ μ_k at the parties' current parameters, length C. */
  readonly offsets: Float64Array;
  /** The intercepts' gradient Σ_i Δ_ij at the current scores, length C. */
  readonly interceptGradient: Float64Array;
}

const json = z.object({
  step: stepJson,
  spec: z.custom<SoftmaxSpec>(),
  pairs: z.int().nullable(),
  round: z.int(),
  loss: z.number(),
  bestNorm: z.number().nullable(),
  roundsSinceBest: z.int(),
});

export function writeState(working: Working): State {
  const { products, interceptBasis, gram, penalties, scores, pending, bestNorm, ...rest } = working;
  const { intercepts, offsets, interceptGradient, ...numbers } = rest;
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
      intercepts: vectorTensor(intercepts),
      offsets: vectorTensor(offsets),
      interceptGradient: vectorTensor(interceptGradient),
      ...(products && basisTensors('t', products)),
      ...(interceptBasis && basisTensors('i', interceptBasis)),
      ...(gram && { gram: denseTensor(gram) }),
      ...(penalties && { penalties: denseTensor(penalties) }),
    },
  };
}

export function readState(state: State): Working {
  const { pairs, bestNorm, ...numbers } = json.parse(state.json);
  const { tensors } = state;
  const square = (name: string) => (pairs === null ? undefined : denseOf(tensors, name));
  return {
    ...numbers,
    bestNorm: bestNorm ?? Infinity,
    scores: float64(tensors, 'scores'),
    pending: float64(tensors, 'pending'),
    intercepts: float64(tensors, 'intercepts'),
    offsets: float64(tensors, 'offsets'),
    interceptGradient: float64(tensors, 'interceptGradient'),
    products: pairs === null ? undefined : readBasis('t', pairs, tensors),
    interceptBasis: pairs === null ? undefined : readBasis('i', pairs, tensors),
    gram: square('gram'),
    penalties: square('penalties'),
  };
}
