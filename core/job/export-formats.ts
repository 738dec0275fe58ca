/** How the names of the files of each format end in which a model can be written. The first is that of an export that names none. */
export const EXPORT_ENDINGS = { onnx: '.onnx', amalur: '.amalur', tfjs: 'model.json' } as const;

export type ExportFormat = keyof typeof EXPORT_ENDINGS;

export const EXPORT_FORMATS = Object.keys(EXPORT_ENDINGS) as [ExportFormat, ...ExportFormat[]];

/** The format that is asked for: by its name, or else by the name of the file. */
export function exportFormat({
  format,
  output = '',
}: {
  readonly format?: ExportFormat | undefined;
  readonly output?: string | undefined;
}): ExportFormat {
  const named = EXPORT_FORMATS.find((one) => output.toLowerCase().endsWith(EXPORT_ENDINGS[one]));
  return format ?? named ?? EXPORT_FORMATS[0];
}
