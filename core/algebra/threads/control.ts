/** Positions in the block of 32-bit integers by which the threads speak with each other. */
export const CONTROL = {
  /** Tasks that nobody has taken yet; whoever lowers it from n has task n − 1. Idle threads sleep on it. */
  left: 0,
  /** Tasks that are finished. The main thread sleeps on it. */
  done: 1,
  /** Tasks of this fork. */
  tasks: 2,
  /** 1 after a kernel has failed. */
  failed: 3,
  /** Threads that have begun to look for tasks. */
  started: 4,
  /** Threads that sleep, or are about to. */
  sleeping: 5,
  /** From here on the tasks: the number of a kernel, by the order in which they were compiled, and its parameters. */
  first: 16,
} as const;

/** Numbers of a task; parameters that its kernel does not have mean nothing. */
export const TASK_LENGTH = 16;
export const MOST_TASKS = 512;

/** Looks for a task before a thread goes to sleep: some 30 µs, about what waking takes. */
export const SPINS = 5000;

/**
 * What the other threads run, forever. It is text because a thread begins with a file, and this one is the same whether the
 * sources, the build or a bundle run; it takes tasks as `takeTasks` in pool.ts does.
 */
export const THREAD_SOURCE = `'use strict';
const { parentPort, receiveMessageOnPort, workerData } = require('node:worker_threads');
const { memory, control } = workerData;
const kernels = [];
function kernelAt(at) {
  while (kernels.length <= at) {
    const { message } = receiveMessageOnPort(parentPort);
    kernels.push(new WebAssembly.Instance(message, { env: { memory } }).exports.run);
  }
  return kernels[at];
}
function waitForTasks() {
  for (let spin = 0; spin < ${SPINS}; spin++) if (Atomics.load(control, ${CONTROL.left}) > 0) return;
  Atomics.add(control, ${CONTROL.sleeping}, 1);
  Atomics.wait(control, ${CONTROL.left}, 0);
  Atomics.sub(control, ${CONTROL.sleeping}, 1);
}
Atomics.add(control, ${CONTROL.started}, 1);
for (;;) {
  const left = Atomics.load(control, ${CONTROL.left});
  if (left === 0) waitForTasks();
  else if (Atomics.compareExchange(control, ${CONTROL.left}, left, left - 1) === left) {
    try {
      const at = ${CONTROL.first} + (left - 1) * ${TASK_LENGTH};
      kernelAt(control[at])(...control.subarray(at + 1, at + ${TASK_LENGTH}));
    } catch {
      Atomics.store(control, ${CONTROL.failed}, 1);
    }
    if (Atomics.add(control, ${CONTROL.done}, 1) + 1 === control[${CONTROL.tasks}])
      Atomics.notify(control, ${CONTROL.done});
  }
}`;
