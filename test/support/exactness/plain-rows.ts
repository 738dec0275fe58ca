import type { Dense } from '../../../core/algebra/matrix.js';

/** The cells of a row that are not 0, as pairs of column and value. */
export type PlainRow = readonly (readonly [column: number, value: number])[];

/** A table written out row by row: what the operators are held against, in loops that follow their definitions. */
export interface PlainTable {
  readonly rows: readonly PlainRow[];
  readonly columns: number;
}

/** T X. */
export function times({ rows }: PlainTable, { columns: p, data }: Dense): number[] {
  const result = new Array<number>(rows.length * p).fill(0);
  rows.forEach((row, i) => {
    for (const [c, value] of row) for (let j = 0; j < p; j++) result[i * p + j]! += value * data[c * p + j]!;
  });
  return result;
}

/** Tᵀ Y. */
export function transposedTimes({ rows, columns }: PlainTable, { columns: p, data }: Dense): number[] {
  const result = new Array<number>(columns * p).fill(0);
  rows.forEach((row, i) => {
    for (const [c, value] of row) for (let j = 0; j < p; j++) result[c * p + j]! += value * data[i * p + j]!;
  });
  return result;
}

/** X T. */
export function leftTimes({ rows, columns }: PlainTable, { rows: p, data }: Dense): number[] {
  const result = new Array<number>(p * columns).fill(0);
  rows.forEach((row, i) => {
    for (const [c, value] of row)
      for (let j = 0; j < p; j++) result[j * columns + c]! += data[j * rows.length + i]! * value;
  });
  return result;
}

/** Tᵀ diag(w) T. */
export function gramOf({ rows, columns }: PlainTable, weights?: ArrayLike<number>): number[] {
  const result = new Array<number>(columns * columns).fill(0);
  rows.forEach((row, i) => {
    for (const [c, value] of row)
      for (const [d, other] of row) result[c * columns + d]! += (weights?.[i] ?? 1) * value * other;
  });
  return result;
}

/** wᵀ T. */
export function columnSumsOf({ rows, columns }: PlainTable, weights?: ArrayLike<number>): number[] {
  const result = new Array<number>(columns).fill(0);
  rows.forEach((row, i) => {
    for (const [c, value] of row) result[c]! += (weights?.[i] ?? 1) * value;
  });
  return result;
}

/** Σ f(cell) of each row. */
export function rowSumsOf({ rows }: PlainTable, f: (value: number) => number = (value) => value): number[] {
  return rows.map((row) => row.reduce((sum, [, value]) => sum + f(value), 0));
}

export function pickedRows({ rows, columns }: PlainTable, picked: ArrayLike<number>): PlainTable {
  return { columns, rows: Array.from(picked, (row) => rows[row] ?? []) };
}

/** Cells of two tables side by side. */
export function beside(left: PlainTable, right: PlainTable): PlainTable {
  return {
    columns: left.columns + right.columns,
    rows: left.rows.map((row, i) => [
      ...row,
      ...(right.rows[i] ?? []).map(([c, value]) => [left.columns + c, value] as const),
    ]),
  };
}

/** One column of it. */
export function columnOf({ rows }: PlainTable, column: number): number[] {
  return rows.map((row) => row.find(([c]) => c === column)?.[1] ?? 0);
}

/** Largest difference relative to the largest magnitude; NaN where lengths differ. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return NaN;
  let [largest, scale] = [0, 1];
  for (let i = 0; i < expected.length; i++) {
    // A NaN is passed on.
    const apart = Math.abs(actual[i]! - expected[i]!);
    largest = Number.isNaN(apart) ? NaN : Math.max(largest, apart);
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return largest / scale;
}

/** So many numbers between −2 and 2, the same for the same seed (mulberry32). */
export function numbersFrom(seed: number, count: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 30 - 2;
  });
}
