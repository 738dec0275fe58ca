import { z } from 'zod';
import type { Message } from '../../training/program.js';

/**
 * What the aggregator tells the parties.
 *
 * - open: Δ is a random number for each row, so that a column's gradient is 0 only if the column is;
 * - begin: weights are their mean and the scale times what was drawn;
 * - step: the gradient D_kᵀ I_kᵀ ∂L/∂Z of a batch, to be followed by step t at this rate;
 * - hold: no gradient; the weights as they are may be worth keeping;
 * - restore: the weights that were kept are the model.
 */
const downJson = z.discriminatedUnion('do', [
  z.object({ do: z.literal('open') }),
  z.object({ do: z.literal('begin'), scale: z.number() }),
  z.object({ do: z.literal('step'), rate: z.number(), step: z.int() }),
  z.object({ do: z.literal('hold'), keep: z.boolean() }),
  z.object({ do: z.literal('restore') }),
]);
export type Down = z.infer<typeof downJson>;

/** c_k. */
const upJson = z.object({ columns: z.int() });
export type Up = z.infer<typeof upJson>;

export const readDown = ({ json }: Message): Down => downJson.parse(json);
export const readUp = ({ json }: Message): Up => upJson.parse(json);
