import type { Dense } from './matrix.js';
import { overRows } from './threads/over-rows.js';
import { arenaMemory, isResident, residentNumbers } from './wasm/arena.js';
import { argMinKernel } from './wasm/rows.js';
import { WIDEST_ROW } from './wasm/kernels.js';

/**
 * nearest[firstRow + t] = the column j with the smallest offsets[j] + block[t, j], the first of equals: with offsets ‖c_j‖² and
 * a block of T (−2 Cᵀ) the nearest of the centres, ‖t‖² being the same for all of them. For use on productBlocks.
 */
export function argMinRows(block: Dense, offsets: Float64Array, nearest: Int32Array, firstRow: number): void {
  const { rows, columns, data } = block;
  const run = columns <= WIDEST_ROW && columns > 0 && isResident(data) ? argMinKernel(columns) : undefined;
  const scratch = run === undefined ? undefined : scratchOf(rows);
  if (run === undefined || scratch === undefined) {
    plainArgMinRows(block, offsets, nearest, firstRow);
    return;
  }
  scratch.offsets.set(offsets);
  const [at, codes, norms] = [data.byteOffset, scratch.codes.byteOffset, scratch.offsets.byteOffset];
  overRows(run, rows, rows * columns, (from, to) => [
    at + from * columns * 8,
    at + to * columns * 8,
    norms,
    codes + from * 4,
  ]);
  nearest.set(scratch.codes.subarray(0, rows), firstRow);
}

function plainArgMinRows(
  { rows, columns, data }: Dense,
  offsets: Float64Array,
  nearest: Int32Array,
  firstRow: number,
): void {
  for (let row = 0, at = 0; row < rows; row++) {
    let best = 0;
    let smallest = Infinity;
    for (let j = 0; j < columns; j++, at++) {
      const value = offsets[j]! + data[at]!;
      if (value < smallest) {
        smallest = value;
        best = j;
      }
    }
    nearest[firstRow + row] = best;
  }
}

interface Scratch {
  /** Keeps what the views are of. */
  readonly owner: Float64Array;
  readonly offsets: Float64Array;
  readonly codes: Int32Array;
}

let kept: Scratch | undefined;
let keptIn: object | undefined;

/** Room for the offsets and `rows` codes where compiled kernels reach it, used again by the next block. */
function scratchOf(rows: number): Scratch | undefined {
  if (kept === undefined || kept.codes.length < rows || keptIn !== arenaMemory()) {
    keptIn = arenaMemory();
    const owner = residentNumbers(WIDEST_ROW + Math.ceil(rows / 2));
    kept = {
      owner,
      offsets: owner.subarray(0, WIDEST_ROW),
      codes: new Int32Array(owner.buffer, owner.byteOffset + 8 * WIDEST_ROW, 2 * Math.ceil(rows / 2)),
    };
  }
  return isResident(kept.owner) ? kept : undefined;
}
