import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import { AmalurError } from '../../errors.js';
import type { Bundle } from '../../exchange/bundle.js';
import { encodedColumns, type Encoder } from '../../integration/encoder.js';
import type { ModelType } from '../../job/schema.js';
import { layersModel, WEIGHTS_FILE } from './layers-model.js';

/** Columns of T that come from the same tables, with their weights in the first layer. */
interface Part {
  /** What is put before a column's name to name it among those of all tables. */
  readonly prefix: string;
  readonly encoder: Encoder;
  /** W_k, c_k × h. */
  readonly theta: Dense;
}

export interface ExportedNetwork {
  readonly type: ModelType;
  /** `name@version`. */
  readonly name: string;
  readonly parts: readonly Part[];
  /** The layers above the first. */
  readonly network: Bundle | undefined;
}

/**
 * A network as TensorFlow.js keeps models: `model.json` and `weights.bin`, which tf.loadLayersModel reads, and `encoding.json`,
 * which says what the columns of its input are.
 * @returns files by name
 * @throws AMALUR_NOT_EXPORTABLE for a model that is no network
 */
export function toTfjs({ type, name, parts, network }: ExportedNetwork): ReadonlyMap<string, Uint8Array> {
  if (network === undefined)
    throw new AmalurError(
      'AMALUR_NOT_EXPORTABLE',
      `a model of TensorFlow.js is a network, and this is a ${type}`,
      {
        field: 'format',
        suggestion: 'export it as ONNX',
      },
    );
  const { json, weights } = layersModel(stacked(parts.map(({ theta }) => theta)), network);
  const encoding = {
    model: name,
    columns: parts.flatMap(({ prefix, encoder }) =>
      encodedColumns(encoder).map((column) => `${prefix}${column}`),
    ),
    // As Amalur encodes: core/integration/encoder.ts. An absent cell is 0 in each column that it is encoded as.
    tables: parts.map(({ prefix, encoder }) => ({ prefix, ...encoder })),
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
