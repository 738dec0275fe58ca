import type { Bundle } from '../exchange/bundle.js';
import { isName } from '../exchange/store.js';

/** What a collection of garbage must leave, whatever else it finds. */
export interface Roots {
  /** Executions of runs that are open or ended not long ago: their records stay. */
  readonly executions: ReadonlySet<string>;
  /** sha256 of blobs and keys of records that must stay. */
  readonly names: ReadonlySet<string>;
}

/** All texts of 64 hex digits: whatever refers to a blob or a record does it by one, so who looks for all misses none. */
export function namesIn(text: string): string[] {
  return text.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g) ?? [];
}

/** Operations of a run may have executions of their own: that of the run, and something behind it. */
const UUID_LENGTH = 36;

export function isKept({ executions }: Roots, execution: string): boolean {
  return executions.has(execution) || executions.has(execution.slice(0, UUID_LENGTH));
}

const NAME_BYTES = 32;

/** Names as bytes, 32 each: a fifth of what they take as text. */
export function packNames(names: readonly string[]): Uint8Array {
  const data = new Uint8Array(names.length * NAME_BYTES);
  for (const [at, name] of names.entries()) data.set(Buffer.from(name, 'hex'), at * NAME_BYTES);
  return data;
}

export function unpackNames(data: Uint8Array): string[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const count = bytes.length / NAME_BYTES;
  return Array.from({ length: count }, (_, at) =>
    bytes.toString('hex', at * NAME_BYTES, (at + 1) * NAME_BYTES),
  );
}

/** Names as a bundle, sorted. */
export function namesBundle(names: Iterable<string>): Bundle {
  const sorted = [...names].filter(isName).sort();
  const data = packNames(sorted);
  return { json: {}, tensors: { names: { shape: [sorted.length, NAME_BYTES], data } } };
}

export function readNames({ tensors }: Bundle): string[] {
  const data = tensors['names']?.data;
  if (!(data instanceof Uint8Array)) throw new Error('a bundle of names has no names');
  return unpackNames(data);
}
