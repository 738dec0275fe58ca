import { overRows } from './threads/over-rows.js';
import { isResident } from './wasm/arena.js';
import { sigmoidKernel } from './wasm/rows.js';

/** One of it takes as long as so many numbers of a product. */
const EXPENSE = 4;

/** x ← 1 / (1 + e^−x), in place; for use on the blocks of productBlocks. */
export function sigmoidInPlace(x: Float64Array): void {
  // The kernel takes pairs, and a number more than there is may be another array's.
  const pairs = isResident(x) ? x.length - (x.length % 2) : 0;
  const run = pairs > 0 ? sigmoidKernel() : undefined;
  let at = 0;
  if (run !== undefined) {
    overRows(run, pairs, EXPENSE * pairs, (from, to) => [x.byteOffset + from * 8, x.byteOffset + to * 8], 2);
    at = pairs;
  }
  for (; at < x.length; at++) x[at] = 1 / (1 + Math.exp(-x[at]!));
}
