import type { Dense } from './matrix.js';
import { isResident } from './wasm/arena.js';
import { denseProductKernel, denseTransposedKernel } from './wasm/dense.js';
import { WIDEST_ROW } from './wasm/kernels.js';

const reachable = (d: Dense, a: Dense, b: Dense) =>
  d.columns > 0 && a.columns <= WIDEST_ROW && isResident(d.data) && isResident(a.data) && isResident(b.data);

// Rows go four at a time with one vector: four sums that do not wait for one another, and each number of X is read once for
// four rows. With several vectors the sums of a row are independent already.

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
    run(
      at,
      at + (to - from) * p * 8,
      d.data.byteOffset + from * width,
      x.data.byteOffset + xRow * p * 8,
      width,
    );
  } else if (x.columns === 1) addProduct1(d, into.data, x.data, xRow, from, to);
  else if (x.columns === 5) addProduct5(d, into.data, x.data, xRow, from, to);
  else addProductAny(d, into.data, x, xRow, from, to);
}

function addProduct1(
  d: Dense,
  into: Float64Array,
  x: Float64Array,
  xRow: number,
  from: number,
  to: number,
): void {
  const { columns, data } = d;
  let row = from;
  for (; row + 3 < to; row += 4) {
    const at = row * columns;
    let [a, b, c, e] = [0, 0, 0, 0];
    for (let column = 0; column < columns; column++) {
      const factor = x[xRow + column]!;
      a += data[at + column]! * factor;
      b += data[at + columns + column]! * factor;
      c += data[at + 2 * columns + column]! * factor;
      e += data[at + 3 * columns + column]! * factor;
    }
    const out = row - from;
    into[out]! += a;
    into[out + 1]! += b;
    into[out + 2]! += c;
    into[out + 3]! += e;
  }
  for (; row < to; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += data[row * columns + column]! * x[xRow + column]!;
    into[row - from]! += sum;
  }
}

function addProduct5(
  d: Dense,
  into: Float64Array,
  x: Float64Array,
  xRow: number,
  from: number,
  to: number,
): void {
  const { columns, data } = d;
  for (let row = from, at = from * columns, out = 0; row < to; row++, out += 5) {
    let a = into[out]!;
    let b = into[out + 1]!;
    let c = into[out + 2]!;
    let e = into[out + 3]!;
    let f = into[out + 4]!;
    for (let column = 0, in_ = xRow * 5; column < columns; column++, at++, in_ += 5) {
      const value = data[at]!;
      a += value * x[in_]!;
      b += value * x[in_ + 1]!;
      c += value * x[in_ + 2]!;
      e += value * x[in_ + 3]!;
      f += value * x[in_ + 4]!;
    }
    into[out] = a;
    into[out + 1] = b;
    into[out + 2] = c;
    into[out + 3] = e;
    into[out + 4] = f;
  }
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

function addTransposed1(
  d: Dense,
  into: Float64Array,
  intoRow: number,
  y: Float64Array,
  from: number,
  to: number,
): void {
  const { columns, data } = d;
  let row = from;
  for (; row + 3 < to; row += 4) {
    const at = row * columns;
    const a = y[row - from]!;
    const b = y[row - from + 1]!;
    const c = y[row - from + 2]!;
    const e = y[row - from + 3]!;
    for (let column = 0; column < columns; column++) {
      into[intoRow + column]! +=
        data[at + column]! * a +
        data[at + columns + column]! * b +
        data[at + 2 * columns + column]! * c +
        data[at + 3 * columns + column]! * e;
    }
  }
  for (; row < to; row++) {
    const value = y[row - from]!;
    for (let column = 0; column < columns; column++)
      into[intoRow + column]! += data[row * columns + column]! * value;
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
