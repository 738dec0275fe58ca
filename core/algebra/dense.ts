import type { Dense, Matrix } from './matrix.js';

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

/** A dense matrix, row-major: one pass over memory for every operator. */
export function denseMatrix(values: Dense): Matrix {
  const { rows, columns, data } = values;
  return {
    rows,
    columns,
    multiply: (x) => multiply(values, x),
    transposedMultiply: (y) => transposedMultiply(values, y),
    gram: (weights) => gram(values, weights),
    columnSums(weights) {
      const sums = new Float64Array(columns);
      for (let row = 0; row < rows; row++) {
        const weight = weights === undefined ? 1 : weights[row]!;
        for (let column = 0; column < columns; column++)
          sums[column]! += weight * data[row * columns + column]!;
      }
      return sums;
    },
    rowSums() {
      const sums = new Float64Array(rows);
      for (let row = 0; row < rows; row++) {
        let sum = 0;
        for (let column = 0; column < columns; column++) sum += data[row * columns + column]!;
        sums[row] = sum;
      }
      return sums;
    },
    slice(picked) {
      const result = dense(picked.length, columns);
      picked.forEach((row, at) => {
        result.data.set(data.subarray(row * columns, (row + 1) * columns), at * columns);
      });
      return denseMatrix(result);
    },
  };
}

function multiply(d: Dense, x: Dense): Dense {
  const { rows, columns, data } = d;
  const p = x.columns;
  const result = dense(rows, p);
  if (p === 1) {
    for (let row = 0, at = 0; row < rows; row++) {
      let sum = 0;
      for (let column = 0; column < columns; column++, at++) sum += data[at]! * x.data[column]!;
      result.data[row] = sum;
    }
    return result;
  }
  for (let row = 0, at = 0; row < rows; row++) {
    const to = row * p;
    for (let column = 0; column < columns; column++, at++) {
      const value = data[at]!;
      if (value === 0) continue;
      const from = column * p;
      for (let j = 0; j < p; j++) result.data[to + j]! += value * x.data[from + j]!;
    }
  }
  return result;
}

function transposedMultiply(d: Dense, y: Dense): Dense {
  const { rows, columns, data } = d;
  const p = y.columns;
  const result = dense(columns, p);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const value = data[at]!;
      for (let j = 0; j < p; j++) result.data[column * p + j]! += value * y.data[row * p + j]!;
    }
  }
  return result;
}

function gram(d: Dense, weights: Float64Array | undefined): Dense {
  const { rows, columns, data } = d;
  const result = dense(columns, columns);
  for (let row = 0; row < rows; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    if (weight === 0) continue;
    const at = row * columns;
    for (let i = 0; i < columns; i++) {
      const value = weight * data[at + i]!;
      for (let j = i; j < columns; j++) result.data[i * columns + j]! += value * data[at + j]!;
    }
  }
  mirrorUpperTriangle(result);
  return result;
}

/** Copies the upper triangle of a square matrix to the lower one. */
export function mirrorUpperTriangle(square: Dense): void {
  const n = square.columns;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) square.data[i * n + j] = square.data[j * n + i]!;
}
