import { Worker } from 'node:worker_threads';
import { arenaMemory, renewArena } from '../wasm/arena.js';
import { compiledModules, forgetKernels, kernelNumber, type Kernel } from '../wasm/kernels.js';
import { CONTROL, MOST_TASKS, SPINS, TASK_LENGTH, THREAD_SOURCE } from './control.js';

// Fork and join over the arrays of the arena. A fork has tasks, kernels with their parameters, of which none reads or writes what
// another writes. Whoever is free takes the next, so that it is left to chance who computes what, but not what is computed.

/** Numbers that a kernel reads, adds or multiplies before it is worth a fork: some 25 µs of work. */
const FORK_FROM = 1 << 15;

/**
 * 'auto': work that is large enough is forked. The others are for tests: 'never', and 'others', which forks whatever there is and
 * leaves it to the other threads.
 */
export const forkMode: { value: 'auto' | 'never' | 'others' } = { value: 'auto' };

interface Pool {
  readonly control: Int32Array;
  readonly workers: readonly Worker[];
  /** Kernels that the workers have been sent. */
  sent: number;
}

let threads = 1;
let pool: Pool | undefined;

/**
 * On how many threads compiled kernels run, this one included; 1 at first. To be said before the first table is made: it begins
 * a new memory for kernels, and arrays that are in the old one are then left to the plain loops.
 * @throws RangeError unless it is a whole number from 1
 */
export function setThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${count} threads`);
  for (const worker of pool?.workers ?? []) void worker.terminate();
  pool = undefined;
  threads = count;
  forgetKernels();
  renewArena(count > 1);
}

/** Among how many threads work is divided; 1 if there is nothing to divide it with. */
export const threadCount = (): number => (forkMode.value === 'never' ? 1 : threads);

/** Threads that look for tasks by now, this one included. Starts the others where that has not been done. */
export function runningThreads(): number {
  if (threads === 1 || arenaMemory() === undefined) return 1;
  pool ??= startPool(threads - 1);
  return 1 + Atomics.load(pool.control, CONTROL.started);
}

/** Whether a kernel that goes over so many numbers is worth more than one thread. */
export const isWorthForking = (numbers: number): boolean =>
  threadCount() > 1 && (forkMode.value === 'others' || numbers >= FORK_FROM);

/** A kernel and its parameters. */
export type Task = readonly [run: Kernel, ...parameters: number[]];

/** Runs all tasks, on all threads; returns when they are done. */
export function fork(tasks: readonly Task[]): void {
  if (threads === 1 || arenaMemory() === undefined) {
    for (const [run, ...parameters] of tasks) run(...parameters);
    return;
  }
  pool ??= startPool(threads - 1);
  const modules = compiledModules();
  for (; pool.sent < modules.length; pool.sent++)
    for (const worker of pool.workers) worker.postMessage(modules[pool.sent]);
  for (let first = 0; first < tasks.length; first += MOST_TASKS)
    runTogether(pool.control, tasks.slice(first, first + MOST_TASKS));
}

function runTogether(control: Int32Array, tasks: readonly Task[]): void {
  tasks.forEach(([run, ...parameters], at) => {
    control.set([kernelNumber(run), ...parameters], CONTROL.first + at * TASK_LENGTH);
  });
  control[CONTROL.tasks] = tasks.length;
  Atomics.store(control, CONTROL.failed, 0);
  Atomics.store(control, CONTROL.done, 0);
  Atomics.store(control, CONTROL.left, tasks.length);
  if (Atomics.load(control, CONTROL.sleeping) > 0) Atomics.notify(control, CONTROL.left);
  if (forkMode.value !== 'others' || Atomics.load(control, CONTROL.started) === 0) takeTasks(control, tasks);
  waitUntilDone(control, tasks.length);
  if (Atomics.load(control, CONTROL.failed) !== 0) throw new Error('a kernel has failed');
}

/** A counter that is lowered by comparing: one that is late for a fork takes a task of the next, never one that is not there. */
function takeTasks(control: Int32Array, tasks: readonly Task[]): void {
  for (;;) {
    const left = Atomics.load(control, CONTROL.left);
    if (left === 0) return;
    if (Atomics.compareExchange(control, CONTROL.left, left, left - 1) !== left) continue;
    const [run, ...parameters] = tasks[left - 1]!;
    try {
      run(...parameters);
    } catch {
      Atomics.store(control, CONTROL.failed, 1);
    }
    Atomics.add(control, CONTROL.done, 1);
  }
}

function waitUntilDone(control: Int32Array, count: number): void {
  for (let spin = 0; ; spin++) {
    const done = Atomics.load(control, CONTROL.done);
    if (done === count) return;
    if (spin > SPINS) Atomics.wait(control, CONTROL.done, done);
  }
}

/** Threads that cannot be started are done without: the main thread takes what nobody else does. */
function startPool(count: number): Pool {
  const control = new Int32Array(new SharedArrayBuffer(4 * (CONTROL.first + MOST_TASKS * TASK_LENGTH)));
  const workers: Worker[] = [];
  try {
    while (workers.length < count) workers.push(startThread(control));
  } catch {
    // As many as there are.
  }
  return { control, workers, sent: 0 };
}

function startThread(control: Int32Array): Worker {
  const workerData = { memory: arenaMemory(), control };
  // Nothing of how this process was started concerns it: no loaders, no options.
  const worker = new Worker(THREAD_SOURCE, { eval: true, execArgv: [], env: {}, workerData });
  worker.on('error', () => undefined);
  worker.unref();
  return worker;
}
