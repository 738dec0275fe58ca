import { z } from 'zod';
import type { Message } from '../../training/program.js';

const index = z.int().min(0);

/**
 * What the aggregator tells the parties. The gradient [D_k  D_k∘D_k]ᵀ I_kᵀ Δ holds their slices of
 *
 * - draw: rows of T that are candidates for the next place to begin from, Δ = [e_t …];
 * - move: the sums and sums of squares over the rows of each component, Δ = R;
 * - best: nothing that counts; the components of the best run are wanted back.
 */
const downJson = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('draw'),
    /** The candidate of the message before that becomes a place. */
    choose: index.nullable(),
    /** The components of another run end here: they are to be kept as the best until now, or forgotten. */
    ended: z.enum(['best', 'worse']).nullable(),
  }),
  z.object({
    do: z.literal('move'),
    choose: index.nullable(),
    /** N_j, the rows of each component. One without rows stays as it is. */
    sizes: z.array(z.number().min(0)),
  }),
  z.object({ do: z.literal('best') }),
]);
export type Down = z.infer<typeof downJson>;

const upJson = z.object({
  /** ‖·‖² of the party's slices of the candidates; of components γ, the party's part of ln N_j that is no product. */
  constants: z.array(z.number()),
  /** c_k. */
  columns: index,
});
export type Up = z.infer<typeof upJson>;

export const readDown = ({ json }: Message): Down => downJson.parse(json);
export const readUp = ({ json }: Message): Up => upJson.parse(json);
