import { dense, identityColumns } from './dense.js';
import { gatherAdd, scatterSum } from './index-vector.js';
import type { Dense, Matrix } from './matrix.js';
import {
  columnOffsets,
  concatRows,
  inColumnChunks,
  rowRange,
  scaleRows,
  setBlock,
  setSymmetric,
} from './stack.js';

/** A source table in its place: D_k and CI_k. */
export interface FactorizedSource {
  readonly table: Matrix;
  /** CI_k, length r_T: row of the source for each target row, −1 for none. */
  readonly index: Int32Array;
}

/**
 * T = [I_1 D_1, I_2 D_2, …] (r_T × Σ c_k) that is never built: each source is multiplied once per source row and then
 * gathered, or scattered first and then multiplied (Morpheus, VLDB 2017, §3.3; Amalur, TKDE 2024, §4). A target row without a
 * match has zeros there, which is the mean of a standardised column.
 */
export function factorizedTable(rows: number, sources: readonly FactorizedSource[]): Matrix {
  const offsets = columnOffsets(sources.map(({ table }) => table));
  const columns = sources.reduce((sum, { table }) => sum + table.columns, 0);
  /** n_k = I_kᵀ w: how much each source row weighs in T. */
  const sourceWeights = ({ table, index }: FactorizedSource, weights: Float64Array | undefined) =>
    scatterSum(dense(rows, 1, weights ?? new Float64Array(rows).fill(1)), index, table.rows).data;

  return {
    rows,
    columns,
    multiply(x) {
      const result = dense(rows, x.columns);
      sources.forEach(({ table, index }, k) => {
        gatherAdd(result, table.multiply(rowRange(x, offsets[k]!, table.columns)), index);
      });
      return result;
    },
    transposedMultiply(y) {
      const parts = sources.map(({ table, index }) =>
        table.transposedMultiply(scatterSum(y, index, table.rows)),
      );
      return concatRows(parts, columns, y.columns);
    },
    gram(weights) {
      const result = dense(columns, columns);
      sources.forEach((source, k) => {
        setBlock(result, source.table.gram(sourceWeights(source, weights)), offsets[k]!, offsets[k]!);
        sources.slice(k + 1).forEach((other, after) => {
          const l = k + 1 + after;
          const [wide, narrow, row, column] =
            source.table.columns >= other.table.columns
              ? [source, other, offsets[k]!, offsets[l]!]
              : [other, source, offsets[l]!, offsets[k]!];
          inColumnChunks(narrow.table.columns, (from, to) => {
            setSymmetric(result, crossProduct(rows, wide, narrow, from, to, weights), row, column + from);
          });
        });
      });
      return result;
    },
    columnSums(weights) {
      const sums = new Float64Array(columns);
      sources.forEach((source, k) => {
        sums.set(source.table.columnSums(sourceWeights(source, weights)), offsets[k]);
      });
      return sums;
    },
    rowSums() {
      const result = dense(rows, 1);
      for (const { table, index } of sources) gatherAdd(result, dense(table.rows, 1, table.rowSums()), index);
      return result.data;
    },
    slice(picked) {
      const sliced = sources.map(({ table, index }) => ({
        table,
        index: Int32Array.from(picked, (row) => index[row]!),
      }));
      return factorizedTable(picked.length, sliced);
    },
  };
}

/** D_kᵀ I_kᵀ diag(w) I_l D_l for columns `from` … `to`−1 of D_l, by way of the target rows. */
function crossProduct(
  rows: number,
  source: FactorizedSource,
  other: FactorizedSource,
  from: number,
  to: number,
  weights: Float64Array | undefined,
): Dense {
  const expanded = dense(rows, to - from);
  gatherAdd(expanded, other.table.multiply(identityColumns(other.table.columns, from, to)), other.index);
  if (weights !== undefined) scaleRows(expanded, weights);
  return source.table.transposedMultiply(scatterSum(expanded, source.index, source.table.rows));
}
