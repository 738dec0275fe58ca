import { dense } from './dense-array.js';
import type { Dense } from './matrix.js';
import { isWorthIt, residentNumbers } from './wasm/arena.js';
import { WIDEST_ROW } from './wasm/kernels.js';

const KEPT = 32;

/**
 * Arrays that are used again instead of allocated anew, so that a loop of products leaves nothing to collect. Whoever takes one
 * has it alone until it is given back: a product within a product's visitor gets another. For a table of many rows they are
 * where compiled kernels reach them, with a row of zeros before them.
 */
export class BufferPool {
  private readonly free: Float64Array[] = [];
  private readonly compiled: boolean;

  /** @param rows of the table that they are for */
  constructor(rows: number) {
    this.compiled = isWorthIt(rows);
  }

  /** An array of rows × columns numbers, whatever they are. */
  take(rows: number, columns: number): Dense {
    const length = rows * columns;
    const at = this.free.findIndex((buffer) => buffer.length === length);
    if (at >= 0) return dense(rows, columns, this.free.splice(at, 1)[0]);
    const fresh = this.compiled ? residentNumbers(length, WIDEST_ROW) : new Float64Array(length);
    return dense(rows, columns, fresh);
  }

  takeZeros(rows: number, columns: number): Dense {
    const taken = this.take(rows, columns);
    taken.data.fill(0);
    return taken;
  }

  /** Keeps the most recent; sizes that are no longer asked for go first. */
  give({ data }: Dense): void {
    this.free.unshift(data);
    if (this.free.length > KEPT) this.free.pop();
  }
}
