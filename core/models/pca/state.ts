import { z } from 'zod';
import type { Dense } from '../../algebra/matrix.js';
import type { State } from '../../training/program.js';
import { denseOf, denseTensor, float64, vectorTensor } from '../../training/tensors.js';

const workingJson = z.object({
  spec: z.object({
    components: z.int(),
    center: z.boolean(),
    maxRounds: z.int(),
    tolerance: z.number(),
  }),
  round: z.int(),
  /** ‖T‖². */
  square: z.number(),
  /** ‖μ‖². */
  mean: z.number(),
  /** ‖T̃ x_j‖² of the X that the parties have; none before there is one. */
  values: z.array(z.number()),
  /** The least residual until now and its round. */
  least: z.object({ residual: z.number(), round: z.int() }).nullable(),
  /** Once the parties are told the components: why, and what belongs to no column. */
  ending: z
    .object({
      stopped: z.enum(['converged', 'max-rounds', 'stalled']),
      residual: z.number(),
      own: z.array(z.number()),
    })
    .nullable(),
});

/** What the aggregator of a principal component analysis knows between two rounds. */
export type Working = z.infer<typeof workingJson> & {
  /** T̃ B of the parties' basis B, n × b. */
  readonly images: Dense;
  /** μᵀ B, length b. */
  readonly means: Float64Array;
};

export function writeState({ images, means, ...json }: Working): State {
  return { json, tensors: { images: denseTensor(images), means: vectorTensor(means) } };
}

export function readState({ json, tensors }: State): Working {
  return {
    ...workingJson.parse(json),
    images: denseOf(tensors, 'images'),
    means: float64(tensors, 'means'),
  };
}
