import type { Csr, Dense } from './matrix.js';
import { overRows } from './threads/over-rows.js';
import { isResident } from './wasm/arena.js';
import { csrProductKernel, csrTransposedKernel, type CsrForm } from './wasm/csr.js';
import { WIDEST_ROW } from './wasm/kernels.js';

/** A sparse matrix as it is kept for products. */
export interface StoredCsr extends Csr {
  readonly form: CsrForm;
}

export function csrForm({ rows, rowStarts, values }: Csr): CsrForm {
  const width = rowStarts[1] ?? 0;
  let same = true;
  for (let row = 0; row < rows; row++) same &&= rowStarts[row + 1]! === (row + 1) * width;
  return { valued: values !== undefined, width: same ? width : undefined };
}

const reachable = ({ rowStarts, columnIndices, values }: Csr, a: Dense, b: Dense) =>
  a.columns <= WIDEST_ROW &&
  isResident(a.data) &&
  isResident(b.data) &&
  isResident(rowStarts) &&
  isResident(columnIndices) &&
  (values === undefined || isResident(values));

// Patterns have loops of their own: without values to read and multiply by, a product is memory traffic alone.

/** into += D[from … to) X[xRow …]. */
export function addCsrProduct(
  csr: StoredCsr,
  into: Dense,
  x: Dense,
  xRow: number,
  from: number,
  to: number,
): void {
  const p = x.columns;
  const run = reachable(csr, into, x) ? csrProductKernel(p, csr.form, true) : undefined;
  if (run !== undefined) {
    const [at, parameters] = [into.data.byteOffset, x.data.byteOffset + xRow * p * 8];
    const entries = csr.rowStarts[to]! - csr.rowStarts[from]!;
    overRows(run, to - from, entries * p, (first, end) => [
      at + first * p * 8,
      at + end * p * 8,
      ...addresses(csr, from + first),
      parameters,
    ]);
  } else if (p === 1) addProduct1(csr, into.data, x.data, xRow, from, to);
  else addProductAny(csr, into.data, x, xRow, from, to);
}

// Entries go to two sums in turn, as in the compiled kernels: a process that has no memory left for those gets the same bits.

function addProduct1(
  { rowStarts, columnIndices, values }: Csr,
  into: Float64Array,
  x: Float64Array,
  xRow: number,
  from: number,
  to: number,
): void {
  let entry = rowStarts[from]!;
  for (let row = from; row < to; row++) {
    const end = rowStarts[row + 1]!;
    let even = into[row - from]!;
    let odd = 0;
    if (values === undefined) {
      for (; entry + 1 < end; entry += 2) {
        even += x[xRow + columnIndices[entry]!]!;
        odd += x[xRow + columnIndices[entry + 1]!]!;
      }
      if (entry < end) even += x[xRow + columnIndices[entry++]!]!;
    } else {
      for (; entry + 1 < end; entry += 2) {
        even += values[entry]! * x[xRow + columnIndices[entry]!]!;
        odd += values[entry + 1]! * x[xRow + columnIndices[entry + 1]!]!;
      }
      if (entry < end) even += values[entry]! * x[xRow + columnIndices[entry++]!]!;
    }
    into[row - from] = even + odd;
  }
}

function addProductAny(
  { rowStarts, columnIndices, values }: Csr,
  into: Float64Array,
  x: Dense,
  xRow: number,
  from: number,
  to: number,
): void {
  const p = x.columns;
  const odd = new Float64Array(p);
  for (let row = from; row < to; row++) {
    const out = (row - from) * p;
    const start = rowStarts[row]!;
    odd.fill(0);
    for (let entry = start, end = rowStarts[row + 1]!; entry < end; entry++) {
      const at = (xRow + columnIndices[entry]!) * p;
      const value = values === undefined ? 1 : values[entry]!;
      if ((entry - start) % 2 === 0) for (let j = 0; j < p; j++) into[out + j]! += value * x.data[at + j]!;
      else for (let j = 0; j < p; j++) odd[j]! += value * x.data[at + j]!;
    }
    for (let j = 0; j < p; j++) into[out + j]! += odd[j]!;
  }
}

/** Rows intoRow … of `into` += D[from … to)ᵀ Y. */
export function addCsrTransposed(
  csr: StoredCsr,
  into: Dense,
  intoRow: number,
  y: Dense,
  from: number,
  to: number,
): void {
  const p = y.columns;
  const run = reachable(csr, into, y) ? csrTransposedKernel(p, csr.form) : undefined;
  if (run !== undefined) {
    const at = y.data.byteOffset;
    run(at, at + (to - from) * p * 8, ...addresses(csr, from), into.data.byteOffset + intoRow * p * 8);
  } else if (p === 1) addTransposed1(csr, into.data, intoRow, y.data, from, to);
  else if (p === 5) addTransposed5(csr, into.data, intoRow, y.data, from, to);
  else addTransposedAny(csr, into.data, intoRow, y, from, to);
}

function addTransposed1(
  { rowStarts, columnIndices, values }: Csr,
  into: Float64Array,
  intoRow: number,
  y: Float64Array,
  from: number,
  to: number,
): void {
  let entry = rowStarts[from]!;
  for (let row = from; row < to; row++) {
    const end = rowStarts[row + 1]!;
    const factor = y[row - from]!;
    if (values === undefined) for (; entry < end; entry++) into[intoRow + columnIndices[entry]!]! += factor;
    else for (; entry < end; entry++) into[intoRow + columnIndices[entry]!]! += values[entry]! * factor;
  }
}

function addTransposed5(
  { rowStarts, columnIndices, values }: Csr,
  into: Float64Array,
  intoRow: number,
  y: Float64Array,
  from: number,
  to: number,
): void {
  let entry = rowStarts[from]!;
  for (let row = from, source = 0; row < to; row++, source += 5) {
    const end = rowStarts[row + 1]!;
    const a = y[source]!;
    const b = y[source + 1]!;
    const c = y[source + 2]!;
    const d = y[source + 3]!;
    const e = y[source + 4]!;
    for (; entry < end; entry++) {
      const at = (intoRow + columnIndices[entry]!) * 5;
      const value = values === undefined ? 1 : values[entry]!;
      into[at]! += value * a;
      into[at + 1]! += value * b;
      into[at + 2]! += value * c;
      into[at + 3]! += value * d;
      into[at + 4]! += value * e;
    }
  }
}

function addTransposedAny(
  { rowStarts, columnIndices, values }: Csr,
  into: Float64Array,
  intoRow: number,
  y: Dense,
  from: number,
  to: number,
): void {
  const p = y.columns;
  for (let row = from; row < to; row++) {
    const source = (row - from) * p;
    for (let entry = rowStarts[row]!, end = rowStarts[row + 1]!; entry < end; entry++) {
      const at = (intoRow + columnIndices[entry]!) * p;
      const value = values === undefined ? 1 : values[entry]!;
      for (let j = 0; j < p; j++) into[at + j]! += value * y.data[source + j]!;
    }
  }
}

/** Where row starts, columns and values of the rows from `from` on are. */
function addresses({ rowStarts, columnIndices, values }: Csr, from: number): [number, number, number] {
  const entry = rowStarts[from]!;
  return [
    rowStarts.byteOffset + from * 4,
    columnIndices.byteOffset + entry * 4,
    values === undefined ? 0 : values.byteOffset + entry * 8,
  ];
}
