import { z } from 'zod';
import type { State } from '../../training/program.js';
import type { Nearest } from '../k-means/nearest.js';
import { nearTensors, readNear } from '../k-means/rows.js';

const place = z.discriminatedUnion('at', [
  /** The parties have candidates for this place to begin from. */
  z.object({ at: z.literal('candidates'), place: z.int() }),
  /** The parties have components that were fitted to the rows for the time of this number in this run. */
  z.object({ at: z.literal('components'), iteration: z.int() }),
  /** The parties are going back to the best components. */
  z.object({ at: z.literal('best') }),
]);

const workingJson = z.object({
  spec: z.object({
    components: z.int(),
    restarts: z.int(),
    maxRounds: z.int(),
    tolerance: z.number(),
    seed: z.int(),
  }),
  /** Exchanges that were made. */
  round: z.int(),
  /** Number of this run of the algorithm. */
  restart: z.int(),
  place,
  /** π, of the components that the parties have; none before the first ones. */
  weights: z.array(z.number()),
  /** γ of these components, summed over the parties. */
  constants: z.array(z.number()),
  /** c_T; 0 before the parties have spoken. */
  columns: z.int(),
  /** Mean log-likelihood of the components before; null before the first ones of a run. */
  previous: z.number().nullable(),
  /** The best run that has ended. */
  best: z
    .object({
      logLikelihood: z.number(),
      stopped: z.enum(['converged', 'max-rounds']),
      weights: z.array(z.number()),
    })
    .nullable(),
});

/** What the aggregator of a mixture knows between two rounds. */
export type Working = z.infer<typeof workingJson> & {
  /** Where rows are among the places chosen until now; undefined before the first one and after the last. */
  readonly near: Nearest | undefined;
};

export function writeState({ near, ...json }: Working): State {
  return { json, tensors: nearTensors(near) };
}

export function readState({ json, tensors }: State): Working {
  return { ...workingJson.parse(json), near: readNear(tensors) };
}
