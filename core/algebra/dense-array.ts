import type { Dense } from './matrix.js';

/** Row-major numbers of `rows` × `columns`, zeros unless given. @throws RangeError where their number does not fit */
export function dense(
  rows: number,
  columns: number,
  data: Float64Array = new Float64Array(rows * columns),
): Dense {
  if (data.length !== rows * columns)
    throw new RangeError(`${rows} × ${columns} needs ${rows * columns} numbers, got ${data.length}`);
  return { rows, columns, data };
}

/** A column vector over existing numbers. */
export function columnVector(data: Float64Array): Dense {
  return dense(data.length, 1, data);
}

/** The identity columns `from` … `to`−1 of order `rows`: what a product with it picks out. */
export function identityColumns(rows: number, from: number, to: number): Dense {
  const result = dense(rows, to - from);
  for (let column = from; column < to; column++) result.data[column * (to - from) + column - from] = 1;
  return result;
}

/** Xᵀ. */
export function transpose(x: Dense): Dense {
  // A vector's numbers are in the same order either way.
  if (x.rows === 1 || x.columns === 1) return dense(x.columns, x.rows, x.data);
  const result = dense(x.columns, x.rows);
  for (let row = 0, at = 0; row < x.rows; row++)
    for (let column = 0; column < x.columns; column++, at++) result.data[column * x.rows + row] = x.data[at]!;
  return result;
}

/** Copies the upper triangle of a square matrix to the lower one. */
export function mirrorUpperTriangle(square: Dense): void {
  const n = square.columns;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) square.data[i * n + j] = square.data[j * n + i]!;
}
