import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import { AmalurError } from '../../errors.js';
import { encodedColumns } from '../../integration/encoder.js';
import type { ExportedModel } from '../exported-model.js';
import { layersModel, WEIGHTS_FILE } from './layers-model.js';

/**
 * A network as TensorFlow.js keeps models: `model.json` and `weights.bin`, which tf.loadLayersModel reads, and `encoding.json`,
 * which says what the columns of its input are.
 * @returns files by name
 * @throws AMALUR_NOT_EXPORTABLE for a model that is no network, or one that multiplies columns of different tables
 */
export function toTfjs({
  type,
  name,
  parts,
  network,
  interactions,
}: ExportedModel): ReadonlyMap<string, Uint8Array> {
  if (network === undefined) throw notForTfjs(`a model of TensorFlow.js is a network, and this is a ${type}`);
  if (interactions) throw notForTfjs('this network has products of columns of different tables');
  const { json, weights } = layersModel(stacked(parts.map(({ theta }) => theta)), network);
  const encoding = {
    model: name,
    columns: parts.flatMap(({ inputName, encoder }) => encodedColumns(encoder).map(inputName)),
    // As Amalur encodes: core/integration/encoder.ts. An absent cell is 0 in each column that it is encoded as.
    tables: parts.map(({ inputName, encoder }) => ({ prefix: inputName(''), ...encoder })),
  };
  return new Map([
    ['model.json', text(json)],
    [WEIGHTS_FILE, weights],
    ['encoding.json', text(encoding)],
  ]);
}

/** W of all parts, c_T × h. */
function stacked(parts: readonly Dense[]): Dense {
  const columns = parts[0]?.columns ?? 1;
  return dense(
    parts.reduce((rows, part) => rows + part.rows, 0),
    columns,
    Float64Array.from(parts.flatMap(({ data }) => [...data])),
  );
}

function text(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

function notForTfjs(message: string): AmalurError {
  return new AmalurError('AMALUR_NOT_EXPORTABLE', message, {
    field: 'format',
    suggestion: 'export it as ONNX',
  });
}
