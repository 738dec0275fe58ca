import { checkedText, withChecksum } from './checked-text.js';
import type { Home } from './store.js';
import type { Stores } from './stores.js';

/** How long to wait before a record is looked for again: a tenth of the time waited until now, within these bounds. */
const SHARE = 0.1;
const SHORTEST_MS = 1;
const LONGEST_MS = 250;

/**
 * Messages that are put under a key once and waited for under it, by whichever process: records of a store, which is looked at again
 * and again. Whoever waits in the process of the sender is woken.
 */
export class Mailbox {
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(private readonly stores: Pick<Stores, 'at'>) {}

  /** Puts a message unless one is there: the first is in force for ever. It outlives processes, but maybe not a power cut. */
  async put(home: Home, key: string, message: unknown): Promise<void> {
    await this.stores.at(home).putIfAbsent(key, withChecksum(JSON.stringify(message)), 'cached');
    for (const wake of this.#waiting.get(key) ?? []) wake();
  }

  /** The message when it is there. @throws the reason of the signal, AMALUR_BLOB_CORRUPT */
  async take(home: Home, key: string, signal: AbortSignal): Promise<unknown> {
    const store = this.stores.at(home);
    const began = performance.now();
    for (;;) {
      signal.throwIfAborted();
      const stored = await store.readRecord(key);
      if (stored !== undefined) return JSON.parse(checkedText(`message ${key}`, stored));
      const wait = SHARE * (performance.now() - began);
      await this.#pause(key, Math.min(LONGEST_MS, Math.max(SHORTEST_MS, wait)), signal);
    }
  }

  /** Until the time is over, a message of that key is put in this process, or the signal aborts. */
  #pause(key: string, milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, waiting);
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        waiting.delete(wake);
        if (waiting.size === 0) this.#waiting.delete(key);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
