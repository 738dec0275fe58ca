import { z } from 'zod';
import { parseWith } from '../parse-with.js';
import { outputFile } from './output-file.js';

/** The one JSON object that every start of an inference takes. */
export const inferenceRequestSchema = z.strictObject({
  model: z.string().min(1).describe('`name`, `name@version` or `name@alias`.'),
  strategy: z
    .enum(['materialize', 'factorize'])
    .optional()
    .describe(
      'materialize: rows come together; factorize: partial scores are summed. Default: factorize, but for models with products of columns of different tables, which need materialize.',
    ),
  output: outputFile(['csv', 'parquet'])
    .optional()
    .describe(
      "File to write, .csv or .parquet, within the site's folder of predictions; default: the model's and the run's name.",
    ),
});

/** Throws an AmalurError with the path of the first offending field. */
export function parseInferenceRequest(value: unknown): z.output<typeof inferenceRequestSchema> {
  return parseWith(inferenceRequestSchema, value, 'request');
}
