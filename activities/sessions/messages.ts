import { z } from 'zod';
import type { BlobRef } from '../../core/exchange/store.js';
import { hashJson } from '../../core/json.js';
import type { Steering } from '../../core/training/steering.js';
import type { Cost } from '../../workflows/contracts/operations.js';

// Messages of an exchange: references and keys, a few hundred bytes. They are made of what journals have committed, so that
// whoever repeats a session sends the same.

/** What an exchange is known by: the aggregator's step before it, which is a hash over all that came before. */
export interface Exchange {
  readonly execution: string;
  readonly head: string;
  readonly silo: string;
  /** What the aggregator is told with it: other answers follow. */
  readonly steering?: Steering | undefined;
}

/** Key of what a silo sends up in an exchange, or of what it is told after it. */
export function messageKey(direction: 'up' | 'down', { execution, head, silo, steering }: Exchange): string {
  return hashJson({ message: direction, execution, head, silo, steering });
}

const refs = z.record(z.string(), z.custom<BlobRef>());

/** Answers of the shares that were called, and what they cost. */
const upMessage = z.object({ execution: z.string(), ups: refs, cost: z.custom<Cost>() });
export type UpMessage = z.infer<typeof upMessage>;

/** Messages for the shares that take the next step, maybe none of this silo; or nothing more, for the aggregator has stopped. */
const downMessage = z.object({ execution: z.string(), head: z.string(), down: refs.optional() });
export type DownMessage = z.infer<typeof downMessage>;

export const readUp = (message: unknown): UpMessage => upMessage.parse(message);
export const readDown = (message: unknown): DownMessage => downMessage.parse(message);
