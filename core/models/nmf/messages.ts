import { z } from 'zod';
import type { Message } from '../../training/program.js';

/**
 * What the aggregator tells the parties. The gradient D_kᵀ I_kᵀ Δ holds
 *
 * - open: the sums of their columns, Δ = 1;
 * - update: (Wᵀ T)ᵀ over their columns, Δ = W; tensor `gram` is WᵀW (r × r).
 */
const downJson = z.object({ do: z.enum(['open', 'update']) });
export type Down = z.infer<typeof downJson>;

/** Tensor `gram` is H_k H_kᵀ (r × r). */
const upJson = z.object({
  /** The sum of the party's cells and the number of its columns, once. */
  total: z.object({ sum: z.number(), columns: z.int() }).nullable(),
});
export type Up = z.infer<typeof upJson>;

export const readDown = ({ json }: Message): Down => downJson.parse(json);
export const readUp = ({ json }: Message): Up => upJson.parse(json);
