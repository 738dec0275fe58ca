import { z } from 'zod';
import { parseWith } from '../parse-with.js';

/** The one JSON object that every start of `prepareScoring` takes. */
export const scoringRequestSchema = z.strictObject({
  model: z.string().min(1).describe('`name`, `name@version` or `name@alias`.'),
  silo: z
    .string()
    .min(1)
    .optional()
    .describe('The silo on whose host rows are scored: that of the base table.'),
  since: z
    .strictObject({
      execution: z.string().min(1).optional(),
      model: z.string(),
      versions: z.record(z.string(), z.string()),
      columns: z.record(z.string(), z.string()),
    })
    .optional()
    .describe('What was prepared before: only what has changed since is prepared anew.'),
});

/** Throws an AmalurError with the path of the first offending field. */
export function parseScoringRequest(value: unknown): z.output<typeof scoringRequestSchema> {
  return parseWith(scoringRequestSchema, value, 'request');
}
