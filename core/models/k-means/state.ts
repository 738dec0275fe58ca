import { z } from 'zod';
import type { State } from '../../training/program.js';
import type { Nearest } from './nearest.js';
import { nearTensors, readNear } from './rows.js';

const place = z.discriminatedUnion('at', [
  /** The parties have candidates for this centre. */
  z.object({ at: z.literal('candidates'), centre: z.int() }),
  /** The parties are moving the centres for the time of this number in this run. */
  z.object({ at: z.literal('centres'), iteration: z.int() }),
  /** The parties are going back to the best centres. */
  z.object({ at: z.literal('best') }),
]);

const workingJson = z.object({
  spec: z.object({
    clusters: z.int(),
    restarts: z.int(),
    maxRounds: z.int(),
    tolerance: z.number(),
    seed: z.int(),
  }),
  round: z.int(),
  /** Number of this run of the algorithm. */
  restart: z.int(),
  place,
  /** Mean variance of T's columns: times the tolerance it is the squared shift of all centres up to which they count as resting. */
  variance: z.number(),
  /** The best run that has ended. */
  best: z.object({ inertia: z.number(), stopped: z.enum(['converged', 'max-rounds']) }).nullable(),
  /** ‖c_j‖² of the centres that the parties have. */
  squares: z.array(z.number()),
});

/** What the aggregator of K-means knows between two rounds. */
export type Working = z.infer<typeof workingJson> & {
  /** Labels of the training rows, and while centres are chosen their distances; undefined before the first centre. */
  readonly near: Nearest | undefined;
};

export function writeState({ near, ...json }: Working): State {
  return { json, tensors: nearTensors(near) };
}

export function readState({ json, tensors }: State): Working {
  return { ...workingJson.parse(json), near: readNear(tensors) };
}
