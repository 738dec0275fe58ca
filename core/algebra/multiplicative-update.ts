import { mirrorUpperTriangle } from './dense-array.js';
import type { Dense } from './matrix.js';
import { arenaMemory, isResident, residentNumbers } from './wasm/arena.js';
import { WIDEST_ROW } from './wasm/kernels.js';
import { updateKernel } from './wasm/rows.js';

/** Keeps a division by zero from making NaN of an entry that is zero anyway. */
const TINY = 1e-12;
/** Rows that are copied to where compiled kernels reach them at a time. */
const ROWS = 512;

/**
 * X ← X ∘ N / (X G + tiny), row by row: the multiplicative update of Lee and Seung (NIPS 2000, §4). The new rows are left in N,
 * too, so that a block of T H becomes the block of W that goes into a transposedSum.
 * @param numerator N, of X's shape r × p
 * @param gram G, p × p and symmetric
 * @param sums p × p, gains the Gram matrix of the new rows
 */
export function multiplicativeUpdate(x: Dense, numerator: Dense, gram: Dense, sums: Dense): void {
  const p = x.columns;
  const run = p <= WIDEST_ROW && p > 0 ? updateKernel(p, TINY) : undefined;
  const scratch = run === undefined ? undefined : scratchOf();
  if (run === undefined || scratch === undefined) {
    plainUpdate(x, numerator, gram, sums);
    return;
  }
  const [rows, others, g, s] = scratch;
  g.set(gram.data);
  s.set(sums.data);
  const inPlace = isResident(numerator.data);
  for (let from = 0; from < x.data.length; from += ROWS * p) {
    const to = Math.min(x.data.length, from + ROWS * p);
    rows.set(x.data.subarray(from, to));
    const part = inPlace ? numerator.data.subarray(from, to) : others.subarray(0, to - from);
    if (!inPlace) part.set(numerator.data.subarray(from, to));
    run(rows.byteOffset, rows.byteOffset + (to - from) * 8, part.byteOffset, g.byteOffset, s.byteOffset);
    x.data.set(part, from);
    if (!inPlace) numerator.data.set(part, from);
  }
  sums.data.set(s.subarray(0, p * p));
  mirrorUpperTriangle(sums);
}

/** into (p × p) += Xᵀ X. */
export function addGram(into: Dense, x: Dense): void {
  const p = x.columns;
  for (let i = 0, at = 0; i < x.rows; i++, at += p)
    for (let j = 0; j < p; j++)
      for (let l = 0; l < p; l++) into.data[j * p + l]! += x.data[at + j]! * x.data[at + l]!;
}

function plainUpdate(x: Dense, numerator: Dense, gram: Dense, sums: Dense): void {
  const p = x.columns;
  const row = new Float64Array(p);
  for (let i = 0, at = 0; i < x.rows; i++, at += p) {
    for (let j = 0; j < p; j++) row[j] = x.data[at + j]!;
    for (let j = 0; j < p; j++) {
      let sum = TINY;
      for (let l = 0; l < p; l++) sum += row[l]! * gram.data[l * p + j]!;
      const value = (row[j]! * numerator.data[at + j]!) / sum;
      x.data[at + j] = value;
      numerator.data[at + j] = value;
    }
  }
  addGram(sums, numerator);
}

type Scratch = readonly [rows: Float64Array, others: Float64Array, gram: Float64Array, sums: Float64Array];
let kept: Scratch | undefined;
let keptIn: object | undefined;

function scratchOf(): Scratch | undefined {
  if (kept === undefined || keptIn !== arenaMemory())
    kept = [
      residentNumbers(ROWS * WIDEST_ROW),
      residentNumbers(ROWS * WIDEST_ROW),
      residentNumbers(WIDEST_ROW ** 2),
      residentNumbers(WIDEST_ROW ** 2),
    ];
  keptIn = arenaMemory();
  return kept.every(isResident) ? kept : undefined;
}
