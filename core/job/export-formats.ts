/** Formats of an exported model, each with how the names of its files end. */
export const EXPORT_ENDINGS = { onnx: '.onnx', tfjs: 'model.json' } as const;

export type ExportFormat = keyof typeof EXPORT_ENDINGS;

export const EXPORT_FORMATS = Object.keys(EXPORT_ENDINGS) as ExportFormat[];

/** What is asked for, or else what the name of the file says: a model.json is one of TensorFlow.js. */
export function exportFormat({
  format,
  output = '',
}: {
  readonly format?: ExportFormat | undefined;
  readonly output?: string | undefined;
}): ExportFormat {
  return format ?? (/\.json$/i.test(output) ? 'tfjs' : 'onnx');
}
