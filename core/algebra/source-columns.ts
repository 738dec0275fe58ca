import { joinCsr } from './csr-arrays.js';
import type { FactorizedSource } from './factorized-source.js';
import type { Csr, Dense } from './matrix.js';

/** Where a source's columns are among the target's. */
export interface SourceColumns {
  /** Target column of each of its columns. */
  readonly columns: Int32Array;
  /** The first, if they are consecutive: then parameters need no rearranging. */
  readonly first: number | undefined;
}

/** @throws RangeError where a source names too few, negative or repeated columns */
export function sourceColumns(sources: readonly FactorizedSource[]): {
  placed: SourceColumns[];
  count: number;
} {
  let count = 0;
  const placed = sources.map(({ table, columns }, k) => {
    const first = count;
    const targets = columns ?? Int32Array.from({ length: table.columns }, (_, at) => first + at);
    check(targets, table.columns, k);
    for (const column of targets) count = Math.max(count, column + 1);
    const start = targets[0] ?? 0;
    const consecutive = targets.every((column, at) => column === start + at);
    return { columns: targets, first: consecutive ? start : undefined };
  });
  return { placed, count };
}

function check(columns: Int32Array, expected: number, source: number): void {
  if (columns.length !== expected)
    throw new RangeError(`source ${source} has ${expected} columns, but ${columns.length} target columns`);
  if (columns.some((column) => column < 0))
    throw new RangeError(`source ${source} has a negative target column`);
  if (new Set(columns).size !== columns.length)
    throw new RangeError(`source ${source} has two columns for one target column`);
}

/** into[rows[i], columns[j]] += block[i, j]. */
export function addBlock(into: Dense, block: Dense, rows: Int32Array, columns: Int32Array): void {
  for (let i = 0, at = 0; i < block.rows; i++) {
    const out = rows[i]! * into.columns;
    for (let j = 0; j < block.columns; j++, at++) into.data[out + columns[j]!]! += block.data[at]!;
  }
}

/** into[columns[j], rows[i]] += block[i, j]. */
export function addBlockTransposed(into: Dense, block: Dense, rows: Int32Array, columns: Int32Array): void {
  for (let i = 0, at = 0; i < block.rows; i++)
    for (let j = 0; j < block.columns; j++, at++)
      into.data[columns[j]! * into.columns + rows[i]!]! += block.data[at]!;
}

/** Rows intoRow + columns[i] of `into` += row i. */
export function addRowsAt(into: Dense, intoRow: number, part: Dense, columns: Int32Array): void {
  const p = into.columns;
  for (let i = 0, at = 0; i < part.rows; i++) {
    const out = (intoRow + columns[i]!) * p;
    for (let j = 0; j < p; j++, at++) into.data[out + j]! += part.data[at]!;
  }
}

/** Σ I_k D_k M_kᵀ written out: the parts are I_k D_k, and no cell is in two of them. */
export function joinAtColumns(
  rows: number,
  columns: number,
  parts: readonly { part: Csr; columns: Int32Array }[],
): Csr {
  const joined = joinCsr(
    rows,
    parts.map(({ part }) => part),
  );
  let offset = 0;
  const target = new Int32Array(joined.columns);
  for (const { part, columns: own } of parts) {
    target.set(own, offset);
    offset += part.columns;
  }
  return { ...joined, columns, columnIndices: joined.columnIndices.map((column) => target[column]!) };
}
