import { z } from 'zod';
import { checkedText } from '../exchange/checked-text.js';

/** Steps of a journal have both, messages of a mailbox an execution. */
const described = z.object({ execution: z.string().optional(), root: z.string().optional() });

/** Whose a record is, and the first of its chain of steps; undefined where it cannot be read. */
export function describeRecord(stored: string): z.infer<typeof described> | undefined {
  try {
    return described.parse(JSON.parse(checkedText('a record', stored)));
  } catch {
    return undefined;
  }
}
