/**
 * Arrays that are used again instead of allocated anew, so that a loop of products leaves nothing to collect. Whoever takes one
 * has it alone until it is given back: a product within a product's visitor gets another.
 */
export class BufferPool {
  private readonly free: Float64Array[] = [];

  /** An array of `length` numbers, whatever they are. */
  take(length: number): Float64Array {
    const at = this.free.findIndex((buffer) => buffer.length === length);
    return at < 0 ? new Float64Array(length) : this.free.splice(at, 1)[0]!;
  }

  /** Keeps the most recent; sizes that are no longer asked for go first. */
  give(buffer: Float64Array): void {
    this.free.unshift(buffer);
    if (this.free.length > KEPT) this.free.pop();
  }
}

const KEPT = 16;
