import { z } from 'zod';
import { parseWith } from '../parse-with.js';
import { DURATION } from './duration.js';

/** The one JSON object that every start of a collection takes. What it does not know is refused: it would remove more than was meant. */
export const garbageRequestSchema = z.strictObject({
  keepRuns: z
    .string()
    .refine((span) => DURATION.test(span), {
      message: 'it is no span of time',
      params: { suggestion: 'write a number of hours, days or weeks: 12h, 30d, 4w' },
    })
    .optional()
    .describe(
      "How long ended runs stay: `12h`, `30d`, `4w`. Default: `retention` of the control worker's configuration.",
    ),
  dryRun: z.boolean().optional().describe('Counts what would go, and leaves it.'),
});

export type GarbageRequest = Readonly<z.input<typeof garbageRequestSchema>>;

/** Throws an AmalurError with the path of the first offending field. */
export function parseGarbageRequest(value: unknown): GarbageRequest {
  return parseWith(garbageRequestSchema, value, 'request');
}
