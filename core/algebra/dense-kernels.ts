import { BLOCK_NUMBERS } from './matrix-of.js';
import type { Dense } from './matrix.js';
import { overRows } from './threads/over-rows.js';
import { isResident } from './wasm/arena.js';
import { denseProductKernel, denseTransposedKernel } from './wasm/dense.js';
import { WIDEST_ROW } from './wasm/kernels.js';

const reachable = (d: Dense, a: Dense, b: Dense) =>
  d.columns > 0 && a.columns <= WIDEST_ROW && isResident(d.data) && isResident(a.data) && isResident(b.data);

/** into += D[from … to) X[xRow …]. */
export function addDenseProduct(
  d: Dense,
  into: Dense,
  x: Dense,
  xRow: number,
  from: number,
  to: number,
): void {
  const p = x.columns;
  const run = reachable(d, into, x) ? denseProductKernel(p, d.columns) : undefined;
  if (run !== undefined) {
    const at = into.data.byteOffset;
    const width = 8 * d.columns;
    const [rows, parameters] = [to - from, x.data.byteOffset + xRow * p * 8];
    overRows(run, rows, rows * d.columns * p, (first, end) => [
      at + first * p * 8,
      at + end * p * 8,
      d.data.byteOffset + (from + first) * width,
      parameters,
      width,
    ]);
  } else if (x.columns === 1) addProduct1(d, into.data, x.data, xRow, from, to);
  else addProductAny(d, into.data, x, xRow, from, to);
}

// Sums are formed as in the compiled kernels: a process that has no memory left for those gets the same bits.

function addProduct1(
  d: Dense,
  into: Float64Array,
  x: Float64Array,
  xRow: number,
  from: number,
  to: number,
): void {
  const { columns, data } = d;
  for (let row = from, at = from * columns; row < to; row++, at += columns) {
    into[row - from] = addDot(into[row - from]!, data, at, x, xRow, columns);
  }
}

/** start + Σ a_i b_i over `count` numbers: four sums that do not wait for one another, and what is left over. */
function addDot(
  start: number,
  a: Float64Array,
  aAt: number,
  b: Float64Array,
  bAt: number,
  count: number,
): number {
  if (count === 1) return start + a[aAt]! * b[bAt]!;
  let [s0, s1, s2, s3, tail] = [0, 0, 0, 0, start];
  let i = 0;
  for (; i + 3 < count; i += 4) {
    s0 += a[aAt + i]! * b[bAt + i]!;
    s1 += a[aAt + i + 1]! * b[bAt + i + 1]!;
    s2 += a[aAt + i + 2]! * b[bAt + i + 2]!;
    s3 += a[aAt + i + 3]! * b[bAt + i + 3]!;
  }
  for (; i < count; i++) tail += a[aAt + i]! * b[bAt + i]!;
  return tail + (s0 + s2 + (s1 + s3));
}

function addProductAny(d: Dense, into: Float64Array, x: Dense, xRow: number, from: number, to: number): void {
  const { columns, data } = d;
  const p = x.columns;
  for (let row = from, at = from * columns; row < to; row++) {
    const out = (row - from) * p;
    for (let column = 0; column < columns; column++, at++) {
      const value = data[at]!;
      const source = (xRow + column) * p;
      for (let j = 0; j < p; j++) into[out + j]! += value * x.data[source + j]!;
    }
  }
}

/** Rows intoRow … of `into` += D[from … to)ᵀ Y. */
export function addDenseTransposed(
  d: Dense,
  into: Dense,
  intoRow: number,
  y: Dense,
  from: number,
  to: number,
): void {
  const { columns, data } = d;
  const p = y.columns;
  if (p === 1 && columns === 1) {
    addInnerProduct(d, into, intoRow, y, from, to);
    return;
  }
  const run = reachable(d, into, y) ? denseTransposedKernel(p, columns) : undefined;
  if (run !== undefined) {
    const at = y.data.byteOffset;
    const width = 8 * columns;
    run(
      at,
      at + (to - from) * p * 8,
      data.byteOffset + from * width,
      into.data.byteOffset + intoRow * p * 8,
      width,
    );
    return;
  }
  if (p === 1) {
    addTransposed1(d, into.data, intoRow, y.data, from, to);
    return;
  }
  for (let row = from, at = from * columns; row < to; row++) {
    const source = (row - from) * p;
    for (let column = 0; column < columns; column++, at++) {
      const value = data[at]!;
      const out = (intoRow + column) * p;
      for (let j = 0; j < p; j++) into.data[out + j]! += value * y.data[source + j]!;
    }
  }
}

/**
 * One column, one vector. Its four sums are added to the result after every BLOCK_NUMBERS rows: how many rows are given at once,
 * some multiple of that, is then all one.
 */
function addInnerProduct(d: Dense, into: Dense, intoRow: number, y: Dense, from: number, to: number): void {
  const run = reachable(d, into, y) ? denseTransposedKernel(1, 1) : undefined;
  const [a, b, sum] = [d.data.byteOffset, y.data.byteOffset, into.data.byteOffset + intoRow * 8];
  for (let row = from; row < to; row += BLOCK_NUMBERS) {
    const [at, count] = [row - from, Math.min(BLOCK_NUMBERS, to - row)];
    if (run !== undefined) run(b + at * 8, b + (at + count) * 8, a + row * 8, sum, 8);
    else into.data[intoRow] = addDot(into.data[intoRow]!, d.data, row, y.data, at, count);
  }
}

function addTransposed1(
  d: Dense,
  into: Float64Array,
  intoRow: number,
  y: Float64Array,
  from: number,
  to: number,
): void {
  const { columns, data } = d;
  for (let row = from, at = from * columns; row < to; row++) {
    const value = y[row - from]!;
    for (let column = 0; column < columns; column++, at++) into[intoRow + column]! += data[at]! * value;
  }
}

/** Upper triangle of result += Dᵀ diag(w) D. */
export function denseGram(result: Dense, d: Dense, weights: Float64Array | undefined): void {
  const { rows, columns, data } = d;
  const into = result.data;
  for (let row = 0; row < rows; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    if (weight === 0) continue;
    const at = row * columns;
    for (let i = 0; i < columns; i++) {
      const value = weight * data[at + i]!;
      for (let j = i; j < columns; j++) into[i * columns + j]! += value * data[at + j]!;
    }
  }
}
