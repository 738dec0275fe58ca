import { dense, identityColumns, transpose } from './dense-array.js';
import { addGathered, addScattered } from './index-vector.js';
import type { Csr, Dense, Matrix } from './matrix.js';
import { pairCounts } from './pair-counts.js';

/** A table and where its rows are in the target; without an index its rows are the target's. */
export interface Placed {
  readonly table: Matrix;
  readonly index?: Int32Array;
}

/** D_kᵀ diag(w) D_l (c_k × c_l) of two blocks of the same rows. */
export function stackedCrossProduct(left: Matrix, right: Matrix, weights?: Float64Array): Dense {
  return crossProduct(left.rows, { table: left }, { table: right }, weights);
}

/**
 * D_kᵀ I_kᵀ diag(w) I_l D_l (c_k × c_l): the blocks off the diagonal of a Gram matrix, in the cheaper of two ways. Sparse rows
 * meet pair by pair, each pair of source rows once, with the weight of all target rows that have it (the co-occurrence counts
 * of TKDE 2024, §4); otherwise a few columns at a time of the narrower table are spread over the target rows.
 */
export function crossProduct(rows: number, left: Placed, right: Placed, weights?: Float64Array): Dense {
  if (left.table.columns < right.table.columns) return transpose(crossProduct(rows, right, left, weights));
  const result = dense(left.table.columns, right.table.columns);
  if (result.data.length === 0) return result;
  const [a, b] = [left.table.toCsr(), right.table.toCsr()];
  if (perRow(a) * perRow(b) <= 2 * right.table.columns) addSparse(result, rows, left, a, right, b, weights);
  else addSpread(result, rows, left, right, weights);
  return result;
}

const perRow = ({ rows, columnIndices }: Csr) => columnIndices.length / Math.max(1, rows);

function addSparse(
  result: Dense,
  rows: number,
  { index: left }: Placed,
  a: Csr,
  { index: right }: Placed,
  b: Csr,
  weights: Float64Array | undefined,
): void {
  if (left !== undefined && right !== undefined) {
    const { rowStarts, columnIndices, values } = pairCounts(rows, left, a.rows, right, b.rows, weights);
    for (let i = 0; i < a.rows; i++)
      for (let entry = rowStarts[i]!; entry < rowStarts[i + 1]!; entry++)
        addOuter(result, a, i, b, columnIndices[entry]!, values[entry]!);
    return;
  }
  for (let row = 0; row < rows; row++) {
    const i = left === undefined ? row : left[row]!;
    const j = right === undefined ? row : right[row]!;
    if (i >= 0 && j >= 0) addOuter(result, a, i, b, j, weights === undefined ? 1 : weights[row]!);
  }
}

/** result += weight · (row i of A)ᵀ (row j of B). */
function addOuter(result: Dense, a: Csr, i: number, b: Csr, j: number, weight: number): void {
  const into = result.data;
  const [from, to] = [b.rowStarts[j]!, b.rowStarts[j + 1]!];
  for (let s = a.rowStarts[i]!, end = a.rowStarts[i + 1]!; s < end; s++) {
    const at = a.columnIndices[s]! * result.columns;
    const value = a.values === undefined ? weight : weight * a.values[s]!;
    for (let t = from; t < to; t++)
      into[at + b.columnIndices[t]!]! += b.values === undefined ? value : value * b.values[t]!;
  }
}

/** Columns spread over the target rows at a time: their products stay small beside the tables. */
const SPREAD_COLUMNS = 16;

function addSpread(
  result: Dense,
  rows: number,
  left: Placed,
  right: Placed,
  weights: Float64Array | undefined,
): void {
  const { columns } = right.table;
  for (let from = 0; from < columns; from += SPREAD_COLUMNS) {
    const to = Math.min(columns, from + SPREAD_COLUMNS);
    const product = right.table.multiply(identityColumns(columns, from, to));
    const spread = right.index === undefined ? product : gathered(rows, product, right.index);
    if (weights !== undefined) {
      for (let row = 0, at = 0; row < rows; row++)
        for (let j = from; j < to; j++, at++) spread.data[at]! *= weights[row]!;
    }
    const part = left.table.transposedMultiply(
      left.index === undefined ? spread : scattered(spread, left.index, left.table.rows),
    );
    for (let i = 0; i < part.rows; i++)
      result.data.set(
        part.data.subarray(i * part.columns, (i + 1) * part.columns),
        i * result.columns + from,
      );
  }
}

function gathered(rows: number, x: Dense, index: Int32Array): Dense {
  const result = dense(rows, x.columns);
  addGathered(result, x, 0, index, 0, rows);
  return result;
}

function scattered(y: Dense, index: Int32Array, rows: number): Dense {
  const result = dense(rows, y.columns);
  addScattered(result, 0, y, index, 0, y.rows);
  return result;
}
