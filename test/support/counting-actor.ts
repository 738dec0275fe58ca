import type { BlobRef } from '../../core/exchange/store.js';
import type { Stores } from '../../core/exchange/stores.js';
import type { Actor } from '../../core/training/journal.js';

export interface CountingStart {
  readonly seed: number;
}

/** A number, or the ref of a blob that holds it. */
export type CountingInput = number | BlobRef;

export interface CountingLive {
  /** Made from the start's input again whenever memory was lost, as a party's table is. */
  readonly table: Float64Array;
  readonly theta: Float64Array;
  readonly made: number;
}

export interface Calls {
  starts: number;
  steps: number;
  loads: number;
}

/**
 * An actor whose state has in its last bits every step that was made, in which order; it counts what is asked of it.
 * @param stamp what an output also says: stands for a random draw, which differs from writer to writer
 */
export function countingActor(stores: Stores, stamp: () => string = () => '') {
  const calls: Calls = { starts: 0, steps: 0, loads: 0 };
  const tableOf = (seed: number) => Float64Array.from({ length: 5 }, (_, i) => Math.sin(seed + i));
  const actor: Actor<CountingLive, CountingStart, CountingInput, { sum: number; stamp: string }> = {
    name: 'counting',
    async start({ seed }) {
      calls.starts++;
      return {
        live: { table: tableOf(seed), theta: new Float64Array(5), made: 0 },
        output: { sum: 0, stamp: stamp() },
      };
    },
    async step({ table, theta, made }, input) {
      calls.steps++;
      const given =
        typeof input === 'number' ? input : ((await stores.get(input)).tensors['value']?.data[0] ?? NaN);
      const next = theta.map((value, i) => Math.cos(3 * value + given / 7) * (table[i] ?? NaN) + made / 3);
      const sum = next.reduce((total, value) => total + value, 0);
      return { live: { table, theta: next, made: made + 1 }, output: { sum, stamp: stamp() } };
    },
    save: ({ theta, made }) => ({ json: { made }, tensors: { theta: { shape: [5], data: theta } } }),
    async load({ seed }, { json, tensors }) {
      calls.loads++;
      const theta = tensors['theta']?.data;
      if (!(theta instanceof Float64Array)) throw new Error('a saved state has theta');
      return { table: tableOf(seed), theta, made: (json as { made: number }).made };
    },
  };
  return { actor, calls };
}
