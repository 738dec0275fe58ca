import { dense } from '../algebra/dense.js';
import { scatterSum } from '../algebra/index-vector.js';
import type { Dense, Matrix } from '../algebra/matrix.js';
import { pickIndex } from '../algebra/pick-index.js';
import type { Tensor } from '../exchange/bundle.js';
import { denseOf, denseTensor } from './tensors.js';

/** Δ (n × count) as an assignment: a 1 in column labels[i] of row i, and nothing else. The zeros are never written out. */
export interface Assignment {
  readonly labels: Int32Array;
  readonly count: number;
}

/** Δ = [e_t …], n × p: rows t of T that are picked out, a column each. Only their positions travel. */
export interface Picked {
  readonly picked: readonly number[];
}

/** Δ (n × p) of a mini-batch: zero but in the rows named, which are all different. */
export interface Batch {
  readonly rows: Int32Array;
  /** Δ of these, |rows| × p. */
  readonly values: Dense;
}

/** Δ, n × p: what the aggregator's program sends back for each row of T. */
export type Residual = Dense | Assignment | Picked | Batch;

type Tensors = Readonly<Record<string, Tensor>>;

/**
 * G_k = I_kᵀ Δ as it travels: tensor `residual` (r_k × p); of an assignment, where no source row occurs twice, tensor
 * `assignment` with the label of each source row, −1 for none, and `width` with the number of columns; of picked rows, tensor
 * `picked` with the source row of each, −1 for none; of a batch, tensor `rows` with the source rows that occur in it, and
 * their sums in `residual`.
 */
export function residualTensors(residual: Residual, index: Int32Array, sourceRows: number): Tensors {
  if (isPicked(residual)) return pickedTensor(residual.picked.map((row) => index[row]!));
  if (isBatch(residual)) {
    const { kept, index: places } = pickIndex(index, residual.rows);
    return batchTensors(kept, scatterSum(residual.values, places, kept.length));
  }
  if (!isAssignment(residual)) return { residual: denseTensor(scatterSum(residual, index, sourceRows)) };
  const { labels, count } = residual;
  const own = labelOfEach(labels, index, sourceRows);
  if (own === undefined) return { residual: denseTensor(counted(residual, index, sourceRows)) };
  return {
    assignment: { shape: [sourceRows], data: own },
    width: { shape: [1], data: Int32Array.of(count) },
  };
}

/** The same where the rows of T are the table's own: I_k is the identity. */
export function wholeResidual(residual: Residual): Tensors {
  if (isPicked(residual)) return pickedTensor(residual.picked);
  if (isBatch(residual)) return batchTensors(residual.rows, residual.values);
  if (!isAssignment(residual)) return { residual: denseTensor(residual) };
  const { labels, count } = residual;
  return {
    assignment: { shape: [labels.length], data: labels },
    width: { shape: [1], data: Int32Array.of(count) },
  };
}

export function hasResidual(tensors: Tensors): boolean {
  return [tensors.residual, tensors.assignment, tensors.picked].some((tensor) => tensor !== undefined);
}

/** D_kᵀ G_k, c_k × p. */
export function gradientOf(table: Matrix, tensors: Tensors): Dense {
  const rows = tensors.rows?.data;
  if (rows instanceof Int32Array) return table.slice(rows).transposedMultiply(denseOf(tensors, 'residual'));
  const picked = tensors.picked?.data;
  if (picked instanceof Int32Array) return rowsAsColumns(table, picked);
  const labels = tensors.assignment?.data;
  const [count] = tensors.width?.data ?? [];
  return labels instanceof Int32Array && count !== undefined
    ? table.groupedColumnSums(labels, count)
    : table.transposedMultiply(denseOf(tensors, 'residual'));
}

function isAssignment(residual: Residual): residual is Assignment {
  return 'labels' in residual;
}

function isPicked(residual: Residual): residual is Picked {
  return 'picked' in residual;
}

function isBatch(residual: Residual): residual is Batch {
  return 'values' in residual;
}

function batchTensors(rows: Int32Array, values: Dense): Tensors {
  return { rows: { shape: [rows.length], data: rows }, residual: denseTensor(values) };
}

function pickedTensor(rows: readonly number[]): Tensors {
  return { picked: { shape: [rows.length], data: Int32Array.from(rows) } };
}

/** Rows of a table as columns (c × p), zeros where there is none. */
function rowsAsColumns(table: Matrix, picked: Int32Array): Dense {
  const found = [...picked.keys()].filter((column) => picked[column]! >= 0);
  const columns = dense(found.length, picked.length);
  found.forEach((column, at) => (columns.data[at * picked.length + column] = 1));
  return table.slice(Int32Array.from(found, (column) => picked[column]!)).transposedMultiply(columns);
}

/** The label of each source row, −1 for one that does not occur; undefined if one occurs twice. */
function labelOfEach(labels: Int32Array, index: Int32Array, sourceRows: number): Int32Array | undefined {
  const own = new Int32Array(sourceRows).fill(-1);
  for (let row = 0; row < labels.length; row++) {
    const source = index[row]!;
    if (source < 0) continue;
    if (own[source] !== -1) return undefined;
    own[source] = labels[row]!;
  }
  return own;
}

/** How many target rows of each source row have each label, r_k × count. */
function counted({ labels, count }: Assignment, index: Int32Array, sourceRows: number): Dense {
  const counts = dense(sourceRows, count);
  for (let row = 0; row < labels.length; row++) {
    const source = index[row]!;
    if (source >= 0) counts.data[source * count + labels[row]!]! += 1;
  }
  return counts;
}
