/** Lets one holder in at a time, in the order in which they asked. */
export class Mutex {
  #tail: Promise<void> = Promise.resolve();

  /** Resolves to the function that lets the next holder in. */
  async acquire(): Promise<() => void> {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const before = this.#tail;
    this.#tail = before.then(() => held);
    await before;
    return release;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.acquire();
    try {
      return await work();
    } finally {
      release();
    }
  }
}
