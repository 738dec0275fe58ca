import type { Csr, Dense } from './matrix.js';

// Patterns have loops of their own: without values to read and multiply by, a product is memory traffic alone.

/** into += D[from … to) X[xRow …]. */
export function addCsrProduct(csr: Csr, into: Dense, x: Dense, xRow: number, from: number, to: number): void {
  const p = x.columns;
  if (p === 1) addProduct1(csr, into.data, x.data, xRow, from, to);
  else if (p === 5) addProduct5(csr, into.data, x.data, xRow, from, to);
  else addProductAny(csr, into.data, x, xRow, from, to);
}

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
    let sum = 0;
    if (values === undefined) for (; entry < end; entry++) sum += x[xRow + columnIndices[entry]!]!;
    else for (; entry < end; entry++) sum += values[entry]! * x[xRow + columnIndices[entry]!]!;
    into[row - from]! += sum;
  }
}

function addProduct5(
  { rowStarts, columnIndices, values }: Csr,
  into: Float64Array,
  x: Float64Array,
  xRow: number,
  from: number,
  to: number,
): void {
  let entry = rowStarts[from]!;
  for (let row = from, out = 0; row < to; row++, out += 5) {
    const end = rowStarts[row + 1]!;
    let a = into[out]!;
    let b = into[out + 1]!;
    let c = into[out + 2]!;
    let d = into[out + 3]!;
    let e = into[out + 4]!;
    for (; entry < end; entry++) {
      const at = (xRow + columnIndices[entry]!) * 5;
      const value = values === undefined ? 1 : values[entry]!;
      a += value * x[at]!;
      b += value * x[at + 1]!;
      c += value * x[at + 2]!;
      d += value * x[at + 3]!;
      e += value * x[at + 4]!;
    }
    into[out] = a;
    into[out + 1] = b;
    into[out + 2] = c;
    into[out + 3] = d;
    into[out + 4] = e;
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
  for (let row = from; row < to; row++) {
    const out = (row - from) * p;
    for (let entry = rowStarts[row]!, end = rowStarts[row + 1]!; entry < end; entry++) {
      const at = (xRow + columnIndices[entry]!) * p;
      const value = values === undefined ? 1 : values[entry]!;
      for (let j = 0; j < p; j++) into[out + j]! += value * x.data[at + j]!;
    }
  }
}

/** Rows intoRow … of `into` += D[from … to)ᵀ Y. */
export function addCsrTransposed(
  csr: Csr,
  into: Dense,
  intoRow: number,
  y: Dense,
  from: number,
  to: number,
): void {
  const p = y.columns;
  if (p === 1) addTransposed1(csr, into.data, intoRow, y.data, from, to);
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
