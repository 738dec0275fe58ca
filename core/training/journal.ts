import { z } from 'zod';
import { AmalurError } from '../errors.js';
import type { Bundle } from '../exchange/bundle.js';
import { checkedText, withChecksum } from '../exchange/checked-text.js';
import type { BlobRef, Home, Keeping } from '../exchange/store.js';
import type { Stores } from '../exchange/stores.js';
import { hashJson } from '../json.js';

/**
 * A computation that advances by steps, each a pure function of the state before and the step's input. Its state can be
 * saved as a bundle; steps since the last saved state are simply made again after a crash, to the same bits.
 */
export interface Actor<Live, StartInput, StepInput, Output> {
  readonly name: string;
  start(input: StartInput): Promise<{ live: Live; output: Output }>;
  step(live: Live, input: StepInput): Promise<{ live: Live; output: Output }>;
  save(live: Live): Bundle;
  /** Rebuilds what lives in memory from the input of the start and a saved state. */
  load(input: StartInput, saved: Bundle): Promise<Live>;
}

/** How a step came about. */
export type StepKind = 'made' | 'answered' | 'rebuilt';

/** A step that was made: committed once, by whoever came first. */
export interface StepRecord<Output> {
  readonly key: string;
  readonly output: Output;
}

const recordSchema = z.object({
  actor: z.string(),
  /** The execution that it belongs to; steps have it from their start. Not in records of versions before 0.4. */
  execution: z.string().optional(),
  /** Number of steps since the start. */
  position: z.int(),
  root: z.string(),
  previous: z.string().nullable(),
  input: z.unknown(),
  output: z.unknown(),
  checkpoint: z.custom<BlobRef>().nullable(),
});
type StoredRecord = z.infer<typeof recordSchema>;

const AGAIN = { suggestion: 'check the disk, then run the job again' };

function readRecord(key: string, stored: string): StoredRecord {
  return recordSchema.parse(JSON.parse(checkedText(`the record of step ${key}`, stored)));
}

/** Steps between two saved states: what a crash costs at the most, against what each saving writes. */
const CHECKPOINT_EVERY = 10;

/** A run that has not been heard of for so long was probably cancelled or lost; its tables need not stay in memory. */
const IDLE_MS = 10 * 60_000;

/**
 * Commit records and live states of a site's actors. The store is the truth, memory a cache: a step that is committed is
 * answered from its record, a state that memory has lost is rebuilt from the last checkpoint and the inputs since.
 */
export class Journal {
  /** Live states by key with the time of their last use, the least recently used first. */
  readonly #live = new Map<string, { readonly live: unknown; readonly used: number }>();

  /**
   * @param home where records and checkpoints are kept: the private store of the site
   * @param remembered live states kept at the most; the oldest are dropped and rebuilt when needed
   * @param onStep told of every step: made for the first time, answered from its record, or made again to rebuild a state
   */
  constructor(
    private readonly stores: Stores,
    private readonly home: Home,
    private readonly remembered = 32,
    private readonly onStep: (kind: StepKind) => void = () => undefined,
  ) {}

  /** Computes something once for an execution: whoever repeats it is answered with what was committed first. */
  async once<O>(name: string, execution: string, input: unknown, compute: () => Promise<O>): Promise<O> {
    const key = hashJson({ actor: name, execution, start: input });
    const known = await this.#read(key);
    if (known) return known.output as O;
    const output = await compute();
    const record = {
      actor: name,
      execution,
      position: 0,
      root: key,
      previous: null,
      input,
      output,
      checkpoint: null,
    };
    return (await this.#commit<O>(key, record, 'flushed')).output;
  }

  async start<L, A, B, O>(actor: Actor<L, A, B, O>, execution: string, input: A): Promise<StepRecord<O>> {
    const key = hashJson({ actor: actor.name, execution, start: input });
    const known = await this.#read(key);
    if (known) return { key, output: known.output as O };
    const { live, output } = await actor.start(input);
    const record = {
      actor: actor.name,
      execution,
      position: 0,
      root: key,
      previous: null,
      input,
      output,
      checkpoint: null,
    };
    return this.#commit(key, record, 'cached', live);
  }

  async step<L, A, B, O>(actor: Actor<L, A, B, O>, previous: string, input: B): Promise<StepRecord<O>> {
    const key = hashJson({ actor: actor.name, previous, step: input });
    const known = await this.#read(key);
    if (known) {
      this.onStep('answered');
      return { key, output: known.output as O };
    }
    const before = await this.#required(previous);
    const { live, output } = await actor.step(await this.live(actor, previous), input);
    const position = before.position + 1;
    const checkpoint =
      position % CHECKPOINT_EVERY === 0
        ? await this.stores.put(this.home, 'checkpoint', actor.save(live))
        : null;
    const record = { actor: actor.name, position, root: before.root, previous, input, output, checkpoint };
    const committed = await this.#commit<O>(key, record, 'cached', live);
    this.#live.delete(previous);
    this.onStep('made');
    return committed;
  }

  /** The state after a committed step, from memory or rebuilt. */
  async live<L, A, B, O>(actor: Actor<L, A, B, O>, key: string): Promise<L> {
    const remembered = this.#live.get(key);
    // Keys are hashes over the actor's name: what is remembered under one was made by this actor.
    if (remembered !== undefined) {
      this.#remember(key, remembered.live);
      return remembered.live as L;
    }
    const record = await this.#required(key);
    let live: L;
    if (record.previous === null) {
      ({ live } = await actor.start(record.input as A));
    } else if (record.checkpoint !== null) {
      const root = await this.#required(record.root);
      live = await actor.load(root.input as A, await this.stores.get(record.checkpoint));
    } else {
      ({ live } = await actor.step(await this.live(actor, record.previous), record.input as B));
      this.onStep('rebuilt');
      this.#live.delete(record.previous);
    }
    this.#remember(key, live);
    return live;
  }

  /** Drops a state that is not needed any more, and with it the tables that it holds. */
  forget(key: string): void {
    this.#live.delete(key);
  }

  /** The outputs of a chain of steps from its start to `key`. */
  async outputs(key: string): Promise<unknown[]> {
    const outputs: unknown[] = [];
    for (let at: string | null = key; at !== null;) {
      const record: StoredRecord = await this.#required(at);
      outputs.push(record.output);
      at = record.previous;
    }
    return outputs.reverse();
  }

  async #commit<O>(
    key: string,
    record: StoredRecord,
    keeping: Keeping,
    live?: unknown,
  ): Promise<StepRecord<O>> {
    const inForce = await this.stores
      .at(this.home)
      .putIfAbsent(key, withChecksum(JSON.stringify(record)), keeping);
    if (live !== undefined) this.#remember(key, live);
    return { key, output: readRecord(key, inForce).output as O };
  }

  async #read(key: string): Promise<StoredRecord | undefined> {
    const text = await this.stores.at(this.home).readRecord(key);
    return text === undefined ? undefined : readRecord(key, text);
  }

  async #required(key: string): Promise<StoredRecord> {
    const record = await this.#read(key);
    if (record) return record;
    throw new AmalurError('AMALUR_BLOB_MISSING', `the record of step ${key} is not in the store`, AGAIN);
  }

  #remember(key: string, live: unknown): void {
    const now = Date.now();
    this.#live.delete(key);
    this.#live.set(key, { live, used: now });
    for (const [oldest, { used }] of this.#live) {
      if (this.#live.size <= this.remembered && now - used < IDLE_MS) break;
      this.#live.delete(oldest);
    }
  }
}
