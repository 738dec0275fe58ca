import { z } from 'zod';
import { parseWith } from '../parse-with.js';
import { EXPORT_FORMATS, exportFormat } from './export-formats.js';
import { outputFile } from './output-file.js';

/** The one JSON object that every start of an export takes. */
export const exportRequestSchema = z
  .strictObject({
    model: z.string().min(1).describe('`name`, `name@version` or `name@alias`.'),
    format: z
      .enum(EXPORT_FORMATS)
      .optional()
      .describe('Default: by the name of `output`; onnx where there is none.'),
    output: outputFile(['onnx', 'amalur', 'json'])
      .refine((file) => !/\.json$/i.test(file) || /[^/\\][/\\]model\.json$/.test(file), {
        message: 'a network of TensorFlow.js is a folder with a model.json',
      })
      .optional()
      .describe(
        "File to write, .onnx, .amalur or FOLDER/model.json, within the aggregator's folder of predictions; default: the model's and the run's name.",
      ),
  })
  .refine(({ format, output }) => !format || output === undefined || exportFormat({ output }) === format, {
    path: ['output'],
    message: 'the name of the file is that of another format',
  });

/** Throws an AmalurError with the path of the first offending field. */
export function parseExportRequest(value: unknown): z.output<typeof exportRequestSchema> {
  return parseWith(exportRequestSchema, value, 'request');
}
