import { draws } from '../draws.js';
import type { NetworkSpec } from './spec.js';

/** Training rows of T by what a network does with them. */
export interface Kept {
  /** Rows that weights are found on, ascending. */
  readonly trained: Int32Array;
  /** Rows that are only measured, ascending; empty without early stopping. */
  readonly apart: Int32Array;
}

/** Keeps a share of the rows apart: at least one, and not all. */
export function keepApart(rows: number, { earlyStopping, seed }: NetworkSpec): Kept {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  if (earlyStopping === undefined) return { trained: order, apart: new Int32Array(0) };
  const count = Math.min(rows - 1, Math.max(1, Math.round(earlyStopping.validation * rows)));
  const drawn = shuffled(order, `network apart ${seed}`);
  return { trained: drawn.subarray(count).slice().sort(), apart: drawn.subarray(0, count).slice().sort() };
}

export function batchesPerEpoch(rows: number, batchSize: number): number {
  return Math.ceil(rows / batchSize);
}

/** The order in which an epoch takes the rows; where all are one batch, as they are. */
export function orderOf(trained: Int32Array, epoch: number, { batchSize, seed }: NetworkSpec): Int32Array {
  return trained.length <= batchSize ? trained : shuffled(trained, `network order ${seed} ${epoch}`);
}

/** Fisher–Yates. */
function shuffled(rows: Int32Array, name: string): Int32Array {
  const draw = draws(name);
  const order = rows.slice();
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(draw(i) * (i + 1));
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
