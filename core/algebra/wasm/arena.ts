import { Memory } from './web-assembly.js';

/**
 * The memory that compiled kernels work in: one for the process, reserved at the first large table and filled as it is used
 * (what was never written to costs nothing). Arrays in it are ordinary typed arrays, freed when they are collected: so keep the
 * array, not only a subarray of it, and post no message with one, which would copy the whole memory. Where there is no room
 * left, arrays are ordinary ones and the plain kernels run. For several threads it is shared memory.
 */
const BYTES = 2 ** 30;
const PAGE = 2 ** 16;
/** A cache line, so that rows of kernels do not straddle more lines than they must. */
const ALIGNMENT = 64;

interface Range {
  readonly at: number;
  readonly bytes: number;
}

let memory: InstanceType<typeof Memory> | undefined;
let buffer: ArrayBufferLike | undefined;
let unavailable = false;
let shared = false;
/** In ascending order, never adjacent. */
let free: Range[] = [];
/** What is collected goes back to the memory that it was in. */
const collected = new FinalizationRegistry<{ range: Range; to: Range[] }>(release);
/** Arrays that hold their range; a subarray of one does not. */
const owners = new WeakSet<Float64Array | Int32Array>();

/** 'auto': arrays from 2,048 elements on are put where compiled kernels reach them. The others are for tests. */
export const kernelMode: { value: 'auto' | 'compiled' | 'plain' } = { value: 'auto' };
const FROM = 2048;

export function arenaMemory(): object | undefined {
  if (memory !== undefined || unavailable) return memory;
  try {
    memory = new Memory({ initial: BYTES / PAGE, maximum: BYTES / PAGE, shared });
    buffer = memory.buffer;
    // Address 0 stays free: nothing begins there.
    free = [{ at: ALIGNMENT, bytes: BYTES - ALIGNMENT }];
  } catch {
    unavailable = true;
  }
  return memory;
}

/** Begins a new memory at the next large table. Arrays in the old one stay as they are, but kernels reach them no longer. */
export function renewArena(isShared: boolean): void {
  [memory, buffer, unavailable, shared, free] = [undefined, undefined, false, isShared, []];
}

/** How a kernel imports the memory (specification 2.0, §5.3.5, and that of threads): its flag and its limits in pages. */
export const memoryLimits = (): readonly number[] => (shared ? [0x03, 1, BYTES / PAGE] : [0x00, 1]);

/** Whether compiled kernels reach this array. */
export function isResident(array: Float64Array | Int32Array): boolean {
  return array.buffer === buffer && kernelMode.value !== 'plain';
}

/** The same numbers where compiled kernels reach them, if they are many and there is room. */
export function resident<T extends Float64Array | Int32Array>(array: T): T {
  if (array.length === 0 || !isWorthIt(array.length)) return array;
  if (isResident(array) && owners.has(array)) return array;
  const range = allocate(array.byteLength);
  if (range === undefined || buffer === undefined) return array;
  const copy = (
    array instanceof Float64Array
      ? new Float64Array(buffer, range.at, array.length)
      : new Int32Array(buffer, range.at, array.length)
  ) as T;
  copy.set(array);
  return owned(copy, range);
}

/**
 * An array of `length` numbers, whatever they are, that kernels work in.
 * @param before numbers before it that are 0 and stay so: what index −1 reads, or adds to
 */
export function residentNumbers(length: number, before = 0): Float64Array {
  const range = kernelMode.value === 'plain' ? undefined : allocate((length + before) * 8);
  if (range === undefined || buffer === undefined) return new Float64Array(length);
  new Float64Array(buffer, range.at, before).fill(0);
  const numbers = new Float64Array(buffer, range.at + before * 8, length);
  return owned(numbers, range);
}

/** Whether a table of so many rows is worked on by compiled kernels. */
export const isWorthIt = (length: number) =>
  kernelMode.value === 'compiled' || (kernelMode.value === 'auto' && length >= FROM);

function owned<T extends Float64Array | Int32Array>(array: T, range: Range): T {
  owners.add(array);
  collected.register(array, { range, to: free });
  return array;
}

function allocate(bytes: number): Range | undefined {
  if (arenaMemory() === undefined) return undefined;
  const needed = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
  const at = free.findIndex((range) => range.bytes >= needed);
  const range = free[at];
  if (range === undefined) return undefined;
  const rest = { at: range.at + needed, bytes: range.bytes - needed };
  free.splice(at, 1, ...(rest.bytes > 0 ? [rest] : []));
  return { at: range.at, bytes: needed };
}

function release({ range, to }: { range: Range; to: Range[] }): void {
  let at = to.findIndex((other) => other.at > range.at);
  if (at < 0) at = to.length;
  let [start, end, first, count] = [range.at, range.at + range.bytes, at, 0];
  const [before, after] = [to[at - 1], to[at]];
  if (before !== undefined && before.at + before.bytes === start)
    [start, first, count] = [before.at, at - 1, 1];
  if (after?.at === end) [end, count] = [after.at + after.bytes, count + 1];
  to.splice(first, count, { at: start, bytes: end - start });
}
