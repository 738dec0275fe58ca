import type { LaneGroup } from '../wasm/assembler.js';
import type { Kernel } from '../wasm/kernels.js';
import { fork, isWorthForking, threadCount, type Task } from './pool.js';

/**
 * Sums that are scattered (Iᵀ Y, Dᵀ Y of a sparse D) on several threads. Partial sums of the threads would depend on how many
 * there are; instead a thread has a sum of its own, or some columns of one, and adds up what belongs there in the order of the
 * rows of Y, as one thread does: the same bits.
 * @param sums parameters of each sum
 * @param p columns of Y
 * @param numbers how many numbers are added in all
 * @param kernelOf the kernel for some of the columns of one sum
 * @returns whether they are formed: not if it is not worth it
 */
export function overColumns(
  sums: readonly (readonly number[])[],
  p: number,
  numbers: number,
  kernelOf: (lanes: LaneGroup) => Kernel | undefined,
): boolean {
  // A task has two columns at the least, which one instruction adds.
  const groups = Math.min(Math.ceil(p / 2), Math.ceil(threadCount() / Math.max(1, sums.length)));
  if (groups * sums.length < 2 || !isWorthForking(numbers)) return false;
  const tasks: Task[] = [];
  for (let at = 0; at < groups; at++) {
    const run = kernelOf({ at, of: groups });
    if (run === undefined) return false;
    for (const parameters of sums) tasks.push([run, ...parameters]);
  }
  fork(tasks);
  return true;
}
