import { csrMatrix } from '../core/algebra/csr.js';
import { dense, denseMatrix } from '../core/algebra/dense.js';
import { factorizedTable } from '../core/algebra/factorized-table.js';
import type { Csr, Dense, Matrix } from '../core/algebra/matrix.js';
import type { StarSet } from './hamlet/star-set.js';

/** Everything that a measurement begins from, the same for us and for the peers. */
export interface Problem {
  readonly factorized: Matrix;
  readonly materialized: Matrix;
  readonly buildTms: number;
  readonly bytesFactorized: number;
  readonly bytesT: number;
  readonly labels: Float64Array;
  /** 1 where a label is above the mean. */
  readonly classes: Float64Array;
  /** Step of gradient descent: at most 1 / the largest eigenvalue of TᵀT / n. */
  readonly step: number;
  /** Centres (c × k). */
  readonly centres: Dense;
  /** Factors (r × 5, c × 5) and right-hand sides. */
  readonly w: Dense;
  readonly h: Dense;
  readonly x1: Dense;
  readonly x5: Dense;
  readonly y1: Dense;
  readonly y5: Dense;
  /** Columns whose Gram matrix is formed: all, or the most frequent where there are many. */
  readonly subset: Int32Array;
  /** T restricted to them. */
  readonly gramTables: { readonly factorized: Matrix; readonly materialized: Matrix };
  readonly nonNegative: boolean;
}

/** More columns than this make a Gram matrix that nobody would form densely. */
const GRAM_COLUMNS = 512;

export function problemOf(set: StarSet): Problem {
  const factorized = starTable(set);
  const start = performance.now();
  const t = factorized.toCsr();
  const buildTms = performance.now() - start;
  const materialized = csrMatrix(t);
  const { rows, columns } = materialized;
  const random = randomNumbers();
  const mean = set.labels.reduce((sum, label) => sum + label, 0) / Math.max(1, rows);
  const subset = frequentColumns(t);
  const chosen = starTable(set, subset);
  return {
    factorized,
    materialized,
    buildTms,
    bytesFactorized: factorizedBytes(set),
    bytesT: csrBytes(t),
    labels: set.labels,
    classes: set.labels.map((label) => (label > mean ? 1 : 0)),
    step:
      1 /
      Math.max(
        1e-300,
        materialized.squaredRowNorms().reduce((a, b) => Math.max(a, b), 0),
      ),
    centres: startingCentres(materialized, random),
    w: random(rows, 5),
    h: random(columns, 5),
    x1: random(columns, 1),
    x5: random(columns, 5),
    y1: random(rows, 1),
    y5: random(rows, 5),
    subset,
    gramTables: { factorized: chosen, materialized: csrMatrix(chosen.toCsr()) },
    nonNegative: t.values?.every((value) => value >= 0) ?? true,
  };
}

/** T in its sources, or some of its columns. */
function starTable({ rows, fact, dimensions }: StarSet, subset?: Int32Array): Matrix {
  let offset = 0;
  const block = (matrix: Matrix, csr: () => Csr): Matrix => {
    const first = offset;
    offset += matrix.columns;
    return subset === undefined ? matrix : csrMatrix(pickColumns(csr(), first, subset));
  };
  const inPlace = Int32Array.from({ length: rows }, (_, row) => row);
  const sources = dimensions.map(({ table, index }) => ({ matrix: csrMatrix(table), index }));
  if (fact !== undefined) {
    const matrix = 'dense' in fact ? denseMatrix(fact.dense) : csrMatrix(fact.sparse);
    sources.unshift({ matrix, index: inPlace });
  }
  return factorizedTable(
    rows,
    sources.map(({ matrix, index }) => ({ table: block(matrix, () => matrix.toCsr()), index })),
  );
}

function pickColumns(
  { rows, columns, rowStarts, columnIndices, values }: Csr,
  first: number,
  subset: Int32Array,
): Csr {
  const own = subset.filter((column) => column >= first && column < first + columns);
  const position = new Int32Array(columns).fill(-1);
  own.forEach((column, at) => (position[column - first] = at));
  const starts = new Int32Array(rows + 1);
  const kept: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let entry = rowStarts[row]!; entry < rowStarts[row + 1]!; entry++)
      if (position[columnIndices[entry]!]! >= 0) kept.push(entry);
    starts[row + 1] = kept.length;
  }
  return {
    rows,
    columns: own.length,
    rowStarts: starts,
    columnIndices: Int32Array.from(kept, (entry) => position[columnIndices[entry]!]!),
    ...(values !== undefined && { values: Float64Array.from(kept, (entry) => values[entry]!) }),
  };
}

function frequentColumns({ columns, columnIndices }: Csr): Int32Array {
  const counts = new Float64Array(columns);
  for (const column of columnIndices) counts[column]! += 1;
  return Int32Array.from(counts.keys())
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, GRAM_COLUMNS)
    .sort();
}

/** k = 5 rows of T spread over it, each moved a little, so that no row is as near to one as to another. */
function startingCentres(table: Matrix, random: (rows: number, columns: number) => Dense): Dense {
  const k = Math.min(5, table.rows);
  const picked = Int32Array.from({ length: k }, (_, j) => Math.floor((j * table.rows) / k));
  const { rowStarts, columnIndices, values } = table.slice(picked).toCsr();
  const centres = random(table.columns, k);
  for (let at = 0; at < centres.data.length; at++) centres.data[at]! *= 1e-3;
  for (let j = 0; j < k; j++)
    for (let entry = rowStarts[j]!; entry < rowStarts[j + 1]!; entry++)
      centres.data[columnIndices[entry]! * k + j]! += values?.[entry] ?? 1;
  return centres;
}

/** Numbers in [0.1, 1.1), the same in every run (a linear congruential generator). */
function randomNumbers(): (rows: number, columns: number) => Dense {
  let state = 7;
  return (rows, columns) => {
    const result = dense(rows, columns);
    for (let at = 0; at < result.data.length; at++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      result.data[at] = 0.1 + state / 2 ** 32;
    }
    return result;
  };
}

const csrBytes = ({ rowStarts, columnIndices, values }: Csr) =>
  rowStarts.byteLength + columnIndices.byteLength + (values?.byteLength ?? 0);

/** Tables and index vectors; the fact table's rows are in place and need no index. */
const factorizedBytes = ({ fact, dimensions }: StarSet) =>
  dimensions.reduce((sum, { table, index }) => sum + csrBytes(table) + index.byteLength, 0) +
  (fact === undefined ? 0 : 'dense' in fact ? fact.dense.data.byteLength : csrBytes(fact.sparse));
