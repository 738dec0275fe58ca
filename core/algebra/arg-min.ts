import type { Dense } from './matrix.js';

/**
 * nearest[firstRow + t] = the column j with the smallest offsets[j] + block[t, j], the first of equals: with offsets ‖c_j‖² and
 * a block of T (−2 Cᵀ) the nearest of the centres, ‖t‖² being the same for all of them. For use on productBlocks.
 */
export function argMinRows(block: Dense, offsets: Float64Array, nearest: Int32Array, firstRow: number): void {
  const { rows, columns, data } = block;
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
