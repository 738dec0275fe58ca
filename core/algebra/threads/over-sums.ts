import type { Kernel } from '../wasm/kernels.js';
import { fork, isWorthForking } from './pool.js';

/**
 * Runs a kernel that scatters (adds rows to rows of a sum) once for each of several sums, on all threads if it is worth it. Each
 * sum is one task: partial sums of the threads would depend on how many there are, and columns of one sum in two threads would
 * have them write into the same cache lines, which was measured to be many times slower than one thread.
 * @param sums parameters of each
 * @param numbers how many numbers are added in all
 * @returns whether it has run: not if it is not worth it
 */
export function overSums(
  run: Kernel | undefined,
  sums: readonly (readonly number[])[],
  numbers: number,
): boolean {
  if (run === undefined || sums.length < 2 || !isWorthForking(numbers)) return false;
  fork(sums.map((parameters) => [run, ...parameters]));
  return true;
}
