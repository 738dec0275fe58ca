import { dense } from './dense-array.js';
import type { Dense } from './matrix.js';
import { overRows } from './threads/over-rows.js';
import { overSums } from './threads/over-sums.js';
import { isResident } from './wasm/arena.js';
import { gatherKernel, scatterKernel } from './wasm/gather.js';
import { WIDEST_ROW } from './wasm/kernels.js';
import { countKernel } from './wasm/rows.js';

/**
 * Products with an indicator matrix I_k, kept as its index vector CI_k (row of the source for each row of the target,
 * −1 for none): a gather and a scatter-add, never a matrix.
 */

/** into += I X: adds row CI[t] of X to row t. */
export function gatherAdd(into: Dense, x: Dense, index: Int32Array): void {
  addGathered(into, x, 0, index, 0, into.rows);
}

/** Iᵀ Y (r_k × p): adds row t of Y to row CI[t], in the order of the target rows. */
export function scatterSum(y: Dense, index: Int32Array, sourceRows: number): Dense {
  const result = dense(sourceRows, y.columns);
  addScattered(result, 0, y, index, 0, y.rows);
  return result;
}

/** into += I[from … to) X: adds row xRow + CI[t] of X to row t − from. */
export function addGathered(
  into: Dense,
  x: Dense,
  xRow: number,
  index: Int32Array,
  from: number,
  to: number,
): void {
  const p = x.columns;
  if (p === 1) addGathered1(into.data, x.data, xRow, index, from, to);
  else if (p === 5) addGathered5(into.data, x.data, xRow, index, from, to);
  else addGatheredAny(into.data, x.data, p, xRow, index, from, to);
}

function addGathered1(
  into: Float64Array,
  x: Float64Array,
  xRow: number,
  index: Int32Array,
  from: number,
  to: number,
): void {
  for (let row = from, out = 0; row < to; row++, out++) {
    const source = index[row]!;
    if (source >= 0) into[out]! += x[xRow + source]!;
  }
}

function addGathered5(
  into: Float64Array,
  x: Float64Array,
  xRow: number,
  index: Int32Array,
  from: number,
  to: number,
): void {
  for (let row = from, out = 0; row < to; row++, out += 5) {
    const source = index[row]!;
    if (source < 0) continue;
    const at = (xRow + source) * 5;
    into[out]! += x[at]!;
    into[out + 1]! += x[at + 1]!;
    into[out + 2]! += x[at + 2]!;
    into[out + 3]! += x[at + 3]!;
    into[out + 4]! += x[at + 4]!;
  }
}

function addGatheredAny(
  into: Float64Array,
  x: Float64Array,
  p: number,
  xRow: number,
  index: Int32Array,
  from: number,
  to: number,
): void {
  for (let row = from, out = 0; row < to; row++, out += p) {
    const source = index[row]!;
    if (source < 0) continue;
    const at = (xRow + source) * p;
    for (let j = 0; j < p; j++) into[out + j]! += x[at + j]!;
  }
}

/** into += I[from … to)ᵀ Y: adds row t − from of Y to row intoRow + CI[t], in the order of the target rows. */
export function addScattered(
  into: Dense,
  intoRow: number,
  y: Dense,
  index: Int32Array,
  from: number,
  to: number,
): void {
  const p = y.columns;
  if (p === 1) addScattered1(into.data, intoRow, y.data, index, from, to);
  else if (p === 5) addScattered5(into.data, intoRow, y.data, index, from, to);
  else addScatteredAny(into.data, intoRow, y.data, p, index, from, to);
}

function addScattered1(
  into: Float64Array,
  intoRow: number,
  y: Float64Array,
  index: Int32Array,
  from: number,
  to: number,
): void {
  for (let row = from, at = 0; row < to; row++, at++) {
    const source = index[row]!;
    if (source >= 0) into[intoRow + source]! += y[at]!;
  }
}

function addScattered5(
  into: Float64Array,
  intoRow: number,
  y: Float64Array,
  index: Int32Array,
  from: number,
  to: number,
): void {
  for (let row = from, at = 0; row < to; row++, at += 5) {
    const source = index[row]!;
    if (source < 0) continue;
    const out = (intoRow + source) * 5;
    into[out]! += y[at]!;
    into[out + 1]! += y[at + 1]!;
    into[out + 2]! += y[at + 2]!;
    into[out + 3]! += y[at + 3]!;
    into[out + 4]! += y[at + 4]!;
  }
}

function addScatteredAny(
  into: Float64Array,
  intoRow: number,
  y: Float64Array,
  p: number,
  index: Int32Array,
  from: number,
  to: number,
): void {
  for (let row = from, at = 0; row < to; row++, at += p) {
    const source = index[row]!;
    if (source < 0) continue;
    const out = (intoRow + source) * p;
    for (let j = 0; j < p; j++) into[out + j]! += y[at + j]!;
  }
}

/** For each part into[CI[t], groups[t]] += 1: Iᵀ A for the indicator matrix A of `groups`, −1 being no group. */
export function countAll(parts: readonly Indexed[], groups: Int32Array, rows: number): void {
  const run = isResident(groups) && parts[0] !== undefined ? countKernel(parts[0].rows.columns) : undefined;
  if (run !== undefined && parts.every((part) => isResident(part.rows.data) && isResident(part.index))) {
    const counts = parts.map((part) => [
      part.index.byteOffset,
      part.index.byteOffset + rows * 4,
      groups.byteOffset,
      part.rows.data.byteOffset,
    ]);
    if (!overSums(run, counts, rows * parts.length)) for (const parameters of counts) run(...parameters);
  } else for (const part of parts) countGroups(part, groups, rows);
}

function countGroups({ rows: { columns, data }, index }: Indexed, groups: Int32Array, rows: number): void {
  for (let row = 0; row < rows; row++) {
    const source = index[row]!;
    const group = groups[row]!;
    if (source >= 0 && group >= 0) data[source * columns + group]! += 1;
  }
}

/** Rows at the sources and where they belong. Compiled kernels take index −1 for the row before the first: zeros, or nobody's. */
export interface Indexed {
  readonly rows: Dense;
  readonly index: Int32Array;
}

/** Index vectors that one kernel follows at once; more would not stay in registers. */
const AT_ONCE = 4;

/** Rows from … to of Σ I_k X_k, added to `into` or, where it is fresh, written there. */
export function gatherAll(
  into: Dense,
  parts: readonly Indexed[],
  from: number,
  to: number,
  fresh: boolean,
): void {
  if (!reachable(into, parts)) {
    if (fresh) into.data.fill(0);
    for (const { rows, index } of parts) addGathered(into, rows, 0, index, from, to);
    return;
  }
  const at = into.data.byteOffset;
  const [rows, p] = [to - from, into.columns];
  for (let first = 0; first < parts.length; first += AT_ONCE) {
    const some = parts.slice(first, first + AT_ONCE);
    const run = gatherKernel(p, some.length, !fresh || first > 0);
    if (run === undefined) continue;
    overRows(run, rows, rows * p * some.length, (start, end) => [
      at + start * p * 8,
      at + end * p * 8,
      ...addresses(some, from + start),
    ]);
  }
}

/** Adds Y, whose first row is `from`, to the rows of each part. */
export function scatterAll(parts: readonly Indexed[], y: Dense, from: number, to: number): void {
  if (!reachable(y, parts)) {
    for (const { rows, index } of parts) addScattered(rows, 0, y, index, from, to);
    return;
  }
  const [at, p] = [y.data.byteOffset, y.columns];
  const end = at + (to - from) * p * 8;
  const sums = parts.map((part) => [at, end, ...addresses([part], from)]);
  if (overSums(scatterKernel(p, 1), sums, (to - from) * p * parts.length)) return;
  for (let first = 0; first < parts.length; first += AT_ONCE) {
    const some = parts.slice(first, first + AT_ONCE);
    scatterKernel(p, some.length)?.(at, end, ...addresses(some, from));
  }
}

const reachable = (target: Dense, parts: readonly Indexed[]) =>
  target.columns <= WIDEST_ROW &&
  parts.length > 0 &&
  isResident(target.data) &&
  parts.every(({ rows, index }) => isResident(rows.data) && isResident(index));

const addresses = (parts: readonly Indexed[], from: number) =>
  parts.flatMap(({ rows, index }) => [index.byteOffset + from * 4, rows.data.byteOffset]);
