import { expect, test } from 'vitest';
import { exportFormat, type ExportFormat } from '../../../core/job/export-formats.js';
import { parseExportRequest } from '../../../core/job/export-request.js';
import { requireExportable } from '../../../core/job/require-exportable.js';

const inExchange = { home: 'exchange', kind: 'model', bytes: 1, sha256: 'a' } as const;
const atHome = { ...inExchange, home: 'private:airline' } as const;

const exported = (manifest: object, format: ExportFormat) => () => {
  requireExportable({ parts: { airline: inExchange }, ...manifest }, format);
};

test('a model that predicts from cells alone is exported', () => {
  expect(exported({}, 'onnx')).not.toThrow();
  expect(exported({ interactions: inExchange }, 'amalur')).not.toThrow();
});

test.each([
  ['parts that stay', { parts: { airline: atHome } }, 'onnx', 'model'],
  ['parts that stay', { parts: { airline: atHome } }, 'amalur', 'model'],
  ['products of tables', { interactions: inExchange }, 'onnx', 'features.interactions'],
] as const)('a model with %s is refused', (_what, manifest, format, field) => {
  expect(exported(manifest, format)).toThrow(
    expect.objectContaining({ code: 'AMALUR_NOT_EXPORTABLE', field }),
  );
});

test('the format is the one that is named, or else that of the ending, or else onnx', () => {
  expect(exportFormat({})).toBe('onnx');
  expect(exportFormat({ output: 'a.AMALUR' })).toBe('amalur');
  expect(exportFormat({ format: 'amalur' })).toBe('amalur');
});

test.each([
  ['an ending that no format has', { output: 'a.pmml' }],
  ['the ending of another format', { output: 'a.onnx', format: 'amalur' }],
  ['a place outside of the folder', { output: '../a.amalur' }],
])('a file with %s is refused', (_what, request) => {
  expect(() => parseExportRequest({ model: 'm', ...request })).toThrow(
    expect.objectContaining({ code: 'AMALUR_INVALID_JOB', field: 'output' }),
  );
});
