import { crossProduct } from './cross-product.js';
import { pickRows } from './csr-arrays.js';
import { columnVector, dense } from './dense-array.js';
import { FactorizedProduct } from './factorized-product.js';
import { gatherAdd, scatterSum } from './index-vector.js';
import { checkZeroPreserving, matrixOf } from './matrix-of.js';
import type { Matrix } from './matrix.js';
import { pickIndex } from './pick-index.js';
import type { FactorizedSource } from './factorized-source.js';
import { resident } from './wasm/arena.js';
import { withSquares } from './with-squares.js';
import { addBlock, addBlockTransposed, joinAtColumns, sourceColumns } from './source-columns.js';

/**
 * T = Σ_k I_k D_k M_kᵀ (r_T × c_T) that is never built: each source is multiplied once per source row and then gathered, or
 * scattered first and then multiplied (Morpheus, VLDB 2017, §3.3; Amalur, TKDE 2024, §4). A target row without a match has
 * zeros there, which is the mean of a standardised column.
 * @throws RangeError where index vectors or target columns do not fit the tables
 */
export function factorizedTable(rows: number, given: readonly FactorizedSource[]): Matrix {
  checkIndices(rows, given);
  const sources = given.map((source) => ({ ...source, index: resident(source.index) }));
  const { placed, count: columns } = sourceColumns(sources);
  const product = new FactorizedProduct(rows, sources, placed, columns);
  const ones = () => new Float64Array(rows).fill(1);
  /** n_k = I_kᵀ w: how much each source row weighs in T. */
  const sourceWeights = ({ table, index }: FactorizedSource, weights: Float64Array) =>
    scatterSum(columnVector(weights), index, table.rows).data;
  const addUp = (part: (table: Matrix) => Float64Array) => {
    const result = dense(rows, 1);
    for (const { table, index } of sources) gatherAdd(result, columnVector(part(table)), index);
    return result.data;
  };

  return matrixOf(
    {
      rows,
      columns,
      addProduct: (into, x, xRow, from, to) => product.addProduct(into, x, xRow, from, to),
      addTransposed: (into, intoRow, y, from, to) => product.addTransposed(into, intoRow, y, from, to),
      gram(weights) {
        const result = dense(columns, columns);
        sources.forEach((source, k) => {
          const own = source.table.gram(sourceWeights(source, weights ?? ones()));
          addBlock(result, own, placed[k]!.columns, placed[k]!.columns);
          sources.slice(k + 1).forEach((other, after) => {
            const block = crossProduct(rows, source, other, weights);
            const [left, right] = [placed[k]!.columns, placed[k + 1 + after]!.columns];
            addBlock(result, block, left, right);
            addBlockTransposed(result, block, left, right);
          });
        });
        return result;
      },
      columnSums(weights) {
        const sums = new Float64Array(columns);
        sources.forEach((source, k) => {
          const own = source.table.columnSums(sourceWeights(source, weights ?? ones()));
          placed[k]!.columns.forEach((column, at) => (sums[column]! += own[at]!));
        });
        return sums;
      },
      groupedColumnSums: (groups, count) => product.groupedColumnSums(groups, count),
      rowSums: () => addUp((table) => table.rowSums()),
      squaredRowNorms: () => addUp((table) => table.squaredRowNorms()),
      mapZeroPreserving(f) {
        checkZeroPreserving(f);
        return factorizedTable(
          rows,
          sources.map((source) => ({ ...source, table: source.table.mapZeroPreserving(f) })),
        );
      },
      withSquares() {
        const lifted = sources.map(({ table, index }, k) => {
          const own = placed[k]!.columns;
          const both = Int32Array.of(...own, ...own.map((column) => columns + column));
          return { table: withSquares(table), index, columns: both };
        });
        return factorizedTable(rows, lifted);
      },
      slice(picked) {
        const sliced = sources.map((source, k) => ({
          ...sliceSource(source, picked),
          columns: placed[k]!.columns,
        }));
        return factorizedTable(picked.length, sliced);
      },
      toCsr: () =>
        joinAtColumns(
          rows,
          columns,
          sources.map(({ table, index }, k) => ({
            part: pickRows(table.toCsr(), index),
            columns: placed[k]!.columns,
          })),
        ),
    },
    {
      productBlocks: (x, visit) => product.productBlocks(x, visit),
      transposedSum: (p) => product.transposedSum(p),
    },
  );
}

/** @throws RangeError where an index vector has another length than T or names a row that is not there */
function checkIndices(rows: number, sources: readonly FactorizedSource[]): void {
  sources.forEach(({ table, index }, k) => {
    if (index.length !== rows) throw new RangeError(`source ${k}: ${index.length} indices for ${rows} rows`);
    for (let row = 0; row < rows; row++)
      if (index[row]! >= table.rows || index[row]! < -1)
        throw new RangeError(`source ${k}: row ${index[row]!} of ${table.rows} in target row ${row}`);
  });
}

/**
 * A source under some of the target rows. Few of them (a mini-batch) take their source rows with them, so that a product does
 * not go over the whole source.
 */
function sliceSource({ table, index }: FactorizedSource, picked: Int32Array): FactorizedSource {
  if (2 * picked.length >= table.rows) return { table, index: picked.map((row) => index[row]!) };
  const { kept, index: places } = pickIndex(index, picked);
  return { table: table.slice(kept), index: places };
}
