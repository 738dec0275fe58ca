import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import { dot } from '../../training/vectors.js';

/** vec X: the columns of a c × C matrix one after the other, so that what belongs to a class stands together. */
export function flat({ rows, columns, data }: Dense): Float64Array {
  const vector = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) vector[j * rows + i] = data[i * columns + j]!;
  }
  return vector;
}

/** The matrix of c rows of which this is vec. */
export function unflat(vector: Float64Array, rows: number, classes: number): Dense {
  const matrix = dense(rows, classes);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < classes; j++) matrix.data[i * classes + j] = vector[j * rows + i]!;
  }
  return matrix;
}

/** Each class's piece of vec X (length c) changed by itself. */
export function eachClass(
  vector: Float64Array,
  columns: number,
  change: (piece: Float64Array, label: number) => Float64Array,
): Float64Array {
  const result = new Float64Array(vector.length);
  for (let at = 0, label = 0; at < vector.length; at += columns, label++) {
    result.set(change(vector.subarray(at, at + columns), label), at);
  }
  return result;
}

/** Xᵀ μ, a number for each class. */
export function dotEach(vector: Float64Array, mean: Float64Array, classes: number): Float64Array {
  const columns = mean.length;
  return Float64Array.from({ length: classes }, (_, label) =>
    dot(mean, vector.subarray(label * columns, (label + 1) * columns)),
  );
}
