import { z } from 'zod';
import type { Message } from '../../training/program.js';

const index = z.int().min(0);

/**
 * What the aggregator tells the parties. The gradient D_kᵀ I_kᵀ Δ holds their slices of
 *
 * - draw: rows of T that are candidates for the next centre, Δ = [e_t …]; in the very first message after the sum of all rows,
 *   Δ = [1 e_t];
 * - move: the sums over the rows of each cluster, Δ = the assignment matrix;
 * - best: nothing that counts; the centres of the best run are wanted back.
 */
const downJson = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('draw'),
    /** n, if the gradient begins with the sum of all rows. */
    sumOf: index.nullable(),
    /** The candidate of the message before that becomes a centre. */
    choose: index.nullable(),
    /** The centres of another run end here: they are to be kept as the best until now, or forgotten. */
    ended: z.enum(['best', 'worse']).nullable(),
  }),
  z.object({
    do: z.literal('move'),
    choose: index.nullable(),
    /** Rows of each cluster. A cluster without rows keeps its centre. */
    sizes: z.array(index),
    /** n, if nobody has been asked for the mean row yet: where a training begins at given centres. */
    sumOf: index.nullable().default(null),
  }),
  z.object({ do: z.literal('best') }),
]);
export type Down = z.infer<typeof downJson>;

const upJson = z.object({
  /** ‖·‖² of the party's slices of the points whose products go up: candidates or centres. */
  squares: z.array(z.number()),
  /** Σ_j ‖c_j − c_j before‖² over the party's columns; 0 if the centres have not moved. */
  shift: z.number(),
  /** ‖μ_k‖² of the mean row and the number of columns, once. */
  mean: z.object({ square: z.number(), columns: index }).nullable(),
});
export type Up = z.infer<typeof upJson>;

export const readDown = ({ json }: Message): Down => downJson.parse(json);
export const readUp = ({ json }: Message): Up => upJson.parse(json);
