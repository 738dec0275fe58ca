import { concatRows } from '../../algebra/stack.js';
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
  classes,
  interactions,
}: ExportedModel): ReadonlyMap<string, Uint8Array> {
  if (network === undefined) throw notForTfjs(`a model of TensorFlow.js is a network, and this is a ${type}`);
  if (interactions) throw notForTfjs('this network has products of columns of different tables');
  // W of all parts, c_T × h.
  const thetas = parts.map(({ theta }) => theta);
  const rows = thetas.reduce((sum, theta) => sum + theta.rows, 0);
  const { json, weights } = layersModel(concatRows(thetas, rows, thetas[0]?.columns ?? 1), network);
  const encoding = {
    model: name,
    columns: parts.flatMap(({ inputName, encoder }) => encodedColumns(encoder).map(inputName)),
    // As Amalur encodes: core/integration/encoder.ts. An absent cell is 0 in each column that it is encoded as.
    tables: parts.map(({ inputName, encoder }) => ({ prefix: inputName(''), ...encoder })),
    // What the numbers of its output are the probabilities of.
    ...(classes && { classes }),
  };
  return new Map([
    ['model.json', text(json)],
    [WEIGHTS_FILE, weights],
    ['encoding.json', text(encoding)],
  ]);
}

function text(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

function notForTfjs(message: string): AmalurError {
  return new AmalurError('AMALUR_NOT_EXPORTABLE', message, {
    field: 'format',
    suggestion: 'export it as .amalur, or where ONNX can say it as .onnx',
  });
}
