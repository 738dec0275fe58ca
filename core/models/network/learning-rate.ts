import type { NetworkSpec } from './spec.js';

/**
 * η of a step. cosine: η₀ (1 + cos(π t / T)) / 2 over the T steps of all epochs (Loshchilov and Hutter, ICLR 2017, without
 * restarts).
 * @param done steps that were made before it, of `perEpoch` each epoch
 */
export function learningRate(
  { learningRate: first, schedule, epochs }: NetworkSpec,
  done: number,
  perEpoch: number,
): number {
  if (schedule === 'constant') return first;
  if (schedule === 'cosine') return (first * (1 + Math.cos((Math.PI * done) / (epochs * perEpoch)))) / 2;
  return first * schedule.factor ** Math.floor(done / perEpoch / schedule.every);
}
