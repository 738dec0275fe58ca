import { z } from 'zod';
import { parseWith } from '../parse-with.js';

/** The one JSON object that every start of an inference takes. */
export const inferenceRequestSchema = z.strictObject({
  model: z.string().min(1).describe('`name`, `name@version` or `name@alias`.'),
  strategy: z
    .enum(['materialize', 'factorize'])
    .optional()
    .describe(
      'materialize: rows come together; factorize: partial scores are summed. Default: factorize, which every model of regression allows.',
    ),
  output: z
    .string()
    .regex(/\.(csv|parquet)$/i, 'the name of the file ends in .csv or .parquet')
    // Whoever may start a workflow must not be able to write wherever a worker can.
    .refine((file) => !/^([/\\]|[a-z]:)|(^|[/\\])\.\.([/\\]|$)/i.test(file), {
      message: 'the file is named within the folder of predictions: no absolute path, no ..',
    })
    .optional()
    .describe(
      "File to write, .csv or .parquet, within the site's folder of predictions; default: the model's and the run's name.",
    ),
});

/** Throws an AmalurError with the path of the first offending field. */
export function parseInferenceRequest(value: unknown): z.output<typeof inferenceRequestSchema> {
  return parseWith(inferenceRequestSchema, value, 'request');
}
