import type { Kernel } from '../wasm/kernels.js';
import { fork, isWorthForking, threadCount } from './pool.js';

/** Tasks a thread, so that one that is held up leaves its share to the others. */
const SHARES = 4;
/** Numbers that a task should have at the least. */
const LEAST = 1 << 12;

/**
 * Runs a kernel on rows 0 … rows − 1: at once, or in ranges on all threads if it is worth it. For kernels whose result in one row
 * depends on no other, so that any division gives the same bits.
 * @param numbers how many numbers it goes over
 * @param parametersOf the kernel's parameters for rows from … to − 1
 * @param unit a range begins at a multiple of it
 */
export function overRows(
  run: Kernel,
  rows: number,
  numbers: number,
  parametersOf: (from: number, to: number) => readonly number[],
  unit = 1,
): void {
  if (!isWorthForking(numbers)) {
    run(...parametersOf(0, rows));
    return;
  }
  fork(ranges(rows, numbers, unit).map(([from, to]) => [run, ...parametersOf(from, to)]));
}

function ranges(rows: number, numbers: number, unit: number): [from: number, to: number][] {
  const count = Math.max(threadCount(), Math.min(SHARES * threadCount(), Math.floor(numbers / LEAST)));
  const height = Math.max(1, Math.ceil(rows / count / unit)) * unit;
  const result: [number, number][] = [];
  for (let from = 0; from < rows; from += height) result.push([from, Math.min(rows, from + height)]);
  return result;
}
