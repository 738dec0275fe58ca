import { arenaMemory } from './arena.js';
import { Instance, Module } from './web-assembly.js';

/** Works on addresses (bytes) and counts. */
export type Kernel = (...parameters: number[]) => void;

const cache = new Map<string, Kernel | undefined>();

/** The kernel of this name, assembled and compiled at its first use; undefined where WebAssembly has no memory. */
export function kernel(name: string, assemble: () => Uint8Array): Kernel | undefined {
  if (cache.has(name)) return cache.get(name);
  const memory = arenaMemory();
  const compiled =
    memory === undefined
      ? undefined
      : (new Instance(new Module(assemble()), { env: { memory } }).exports['run'] as Kernel);
  cache.set(name, compiled);
  return compiled;
}

/** Rows of up to so many numbers have kernels; wider ones are loops within loops, where plain ones do as well. */
export const WIDEST_ROW = 16;
