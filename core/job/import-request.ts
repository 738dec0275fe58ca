import { z } from 'zod';
import { parseWith } from '../parse-with.js';
import { jobSchema } from './schema.js';

/** The one JSON object that every start of an import takes. */
export const importRequestSchema = z.strictObject({
  file: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'the file is a blob of the exchange, named by its sha256')
    .describe('sha256 of the file, which is a blob of the exchange.'),
  name: jobSchema.shape.name
    .optional()
    .describe('Name that the model gets here; default: the one that it has in the file.'),
  nextVersion: z
    .boolean()
    .optional()
    .describe(
      'Where models of the name are here already: whether it becomes their next version. Default: false.',
    ),
});

/** Throws an AmalurError with the path of the first offending field. */
export function parseImportRequest(value: unknown): z.output<typeof importRequestSchema> {
  return parseWith(importRequestSchema, value, 'request');
}
