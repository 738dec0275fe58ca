import { arenaMemory } from './arena.js';
import { Instance, Module } from './web-assembly.js';

/** Works on addresses (bytes) and counts. */
export type Kernel = (...parameters: number[]) => void;

const cache = new Map<string, Kernel | undefined>();
/** For other threads, which compile nothing but instantiate the same modules in the same order. */
const modules: object[] = [];
const numbers = new Map<Kernel, number>();

/** The kernel of this name, assembled and compiled at its first use; undefined where WebAssembly has no memory. */
export function kernel(name: string, assemble: () => Uint8Array): Kernel | undefined {
  if (cache.has(name)) return cache.get(name);
  const memory = arenaMemory();
  const compiled = memory === undefined ? undefined : compile(memory, assemble());
  cache.set(name, compiled);
  return compiled;
}

function compile(memory: object, code: Uint8Array): Kernel {
  const module = new Module(code);
  const run = new Instance(module, { env: { memory } }).exports['run'] as Kernel;
  numbers.set(run, modules.push(module) - 1);
  return run;
}

/** All modules so far, in the order of their numbers. */
export const compiledModules = (): readonly object[] => modules;
/** Its place among them; −1 for what is not compiled, or for another memory. */
export const kernelNumber = (run: Kernel): number => numbers.get(run) ?? -1;

/** For a new memory. */
export function forgetKernels(): void {
  cache.clear();
  numbers.clear();
  modules.length = 0;
}

/** Rows of up to so many numbers have kernels; wider ones are loops within loops, where plain ones do as well. */
export const WIDEST_ROW = 16;
