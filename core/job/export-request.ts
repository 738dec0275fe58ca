import { z } from 'zod';
import { parseWith } from '../parse-with.js';
import { outputFile } from './output-file.js';

/** The one JSON object that every start of an export takes. */
export const exportRequestSchema = z.strictObject({
  model: z.string().min(1).describe('`name`, `name@version` or `name@alias`.'),
  output: outputFile(['onnx'])
    .optional()
    .describe(
      "File to write, .onnx, within the aggregator's folder of predictions; default: the model's and the run's name.",
    ),
});

/** Throws an AmalurError with the path of the first offending field. */
export function parseExportRequest(value: unknown): z.output<typeof exportRequestSchema> {
  return parseWith(exportRequestSchema, value, 'request');
}
