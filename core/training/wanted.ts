import type { Dense, Matrix } from '../algebra/matrix.js';
import { pickIndex } from '../algebra/pick-index.js';
import type { Tensor } from '../exchange/bundle.js';

type Tensors = Readonly<Record<string, Tensor>>;

/**
 * Which products a message asks for, where the next step needs those of some rows of T only: tensor `wanted` with the source
 * rows that make these up, each once. Without it all are.
 */
export function wantedTensor(rows: Int32Array | undefined, index: Int32Array): Tensors {
  return rows === undefined ? {} : rowsTensor(pickIndex(index, rows).kept);
}

/** The same where the rows of T are the table's own. */
export function wholeWanted(rows: Int32Array | undefined): Tensors {
  return rows === undefined ? {} : rowsTensor(rows);
}

/** D_k Θ over the rows that are wanted, in the order of the message. */
export function wantedProduct(table: Matrix, theta: Dense, { wanted }: Tensors): Dense {
  if (wanted === undefined) return table.multiply(theta);
  if (!(wanted.data instanceof Int32Array)) throw new Error('wanted rows are whole numbers');
  return table.slice(wanted.data).multiply(theta);
}

function rowsTensor(rows: Int32Array): Tensors {
  return { wanted: { shape: [rows.length], data: rows } };
}
