import { z } from 'zod';
import type { Message } from '../../training/program.js';

const numbers = z.array(z.number()).readonly();

/**
 * What the aggregator tells the parties. The gradient D_kᵀ I_kᵀ Δ holds
 *
 * - open: the sums of their columns, Δ = 1;
 * - turn: their slices of T̃ᵀT̃ X, Δ = T̃ X. Tensor `turn` (b × b′) makes of their basis B the next one, [X P] = B · turn;
 *   `values` are the ‖T̃ x_j‖²;
 * - end: nothing. B · turn (c_k × components) are the components.
 */
const downJson = z.discriminatedUnion('do', [
  z.object({ do: z.literal('open'), rows: z.int() }),
  z.object({ do: z.literal('turn'), values: numbers }),
  z.object({ do: z.literal('end') }),
]);
export type Down = z.infer<typeof downJson>;

/** Tensor `gram` is B_kᵀ B_k (b × b) of the basis B with what goes up as its last columns. */
const upJson = z.object({
  /** ‖μ_k‖², once; 0 if nothing is centred. */
  mean: z.number(),
  /** Of the loadings in X. */
  extremes: z.object({ above: numbers, below: numbers, sums: numbers }),
});
export type Up = z.infer<typeof upJson>;

export const readDown = ({ json }: Message): Down => downJson.parse(json);
export const readUp = ({ json }: Message): Up => upJson.parse(json);
