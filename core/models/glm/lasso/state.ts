import { z } from 'zod';
import type { State } from '../../../training/program.js';
import { float64, vectorTensor } from '../../../training/tensors.js';
import type { SparseSpec } from '../party.js';
import type { Point } from './search.js';

const numbers = z.object({
  spec: z.custom<SparseSpec>(),
  round: z.int(),
  /** Mean loss at θ, without penalty. */
  loss: z.number(),
  /** Least norm of a subgradient and least penalised loss so far; null before the first. */
  bestNorm: z.number().nullable(),
  bestObjective: z.number().nullable(),
  roundsSinceBest: z.int(),
  /** L: by how much the proximal steps' metric is scaled. */
  scale: z.number(),
  /** θ as a combination of the points. */
  weights: z.array(z.number()),
  /** Penalised loss at the newest x, if it is the one to improve on. */
  reached: z.number().nullable(),
  /** Intercept at θ of the centred model, and Σ_k μ_kᵀθ_k as last heard: what makes it that of the model. */
  intercept: z.number(),
  offset: z.number(),
  /** Σ Δ at θ. */
  interceptGradient: z.number(),
});

/** What the aggregator of a model with an ℓ₁ penalty knows between two rounds. */
export interface Working extends z.infer<typeof numbers> {
  /** Tθ + b, length n. */
  readonly scores: Float64Array;
  /** x and θ of the last rounds, newest first. */
  readonly points: readonly Point[];
}

export function writeState({ scores, points, ...rest }: Working): State {
  return {
    json: { ...rest, intercepts: points.map(({ intercept }) => intercept) },
    tensors: {
      scores: vectorTensor(scores),
      ...Object.fromEntries(points.map((point, at) => [`scores${at}`, vectorTensor(point.scores)])),
    },
  };
}

export function readState({ json, tensors }: State): Working {
  const { intercepts, ...rest } = numbers.extend({ intercepts: z.array(z.number()) }).parse(json);
  return {
    ...rest,
    scores: float64(tensors, 'scores'),
    points: intercepts.map((intercept, at) => ({ intercept, scores: float64(tensors, `scores${at}`) })),
  };
}
