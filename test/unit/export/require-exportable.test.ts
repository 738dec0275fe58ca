import { expect, test } from 'vitest';
import { exportFormat } from '../../../core/job/export-formats.js';
import { parseExportRequest } from '../../../core/job/export-request.js';
import { requireExportable } from '../../../core/job/require-exportable.js';

const inExchange = { home: 'exchange', kind: 'model', bytes: 1, sha256: 'a' } as const;
const atHome = { ...inExchange, home: 'private:airline' } as const;

test('a model whose parts are in the exchange is exported', () => {
  expect(() => {
    requireExportable({ parts: { airline: inExchange } });
  }).not.toThrow();
});

test('a model of which a part stays in its silo is refused', () => {
  expect(() => {
    requireExportable({ parts: { airline: inExchange, weather: atHome } });
  }).toThrow(expect.objectContaining({ code: 'AMALUR_NOT_EXPORTABLE', field: 'model' }));
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
