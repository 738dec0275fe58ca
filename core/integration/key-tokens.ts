import { createHmac, hash } from 'node:crypto';
import type { Dictionary } from '../sources/source.js';

/** Bytes of a token: long enough that two of 2³² keys coincide with a chance of 2⁻⁶⁵. */
export const TOKEN_BYTES = 16;

/**
 * Keys as they travel to where rows are matched: a token for each distinct key, and for each row the position of its
 * token, −1 where a part of the key is NULL.
 */
export interface KeyTokens {
  readonly codes: Int32Array;
  /** TOKEN_BYTES for each distinct key. */
  readonly tokens: Uint8Array;
}

/**
 * Tokens are HMAC-SHA-256 under the run's secret (federate), or plain SHA-256 (factorize, materialize), cut to TOKEN_BYTES.
 * Whoever holds the secret can try out keys: this is the plain channel, not private set intersection.
 */
export function keyTokens({ codes, values }: Dictionary, secret?: Uint8Array): KeyTokens {
  const tokens = new Uint8Array(values.length * TOKEN_BYTES);
  values.forEach((value, at) => {
    tokens.set(tokenOf(value, secret), at * TOKEN_BYTES);
  });
  return { codes, tokens };
}

/** The token of one key. */
export function tokenOf(value: string, secret?: Uint8Array): Uint8Array {
  // At once: an object for each hash would take twice as long.
  const digest =
    secret === undefined
      ? hash('sha256', value, 'buffer')
      : createHmac('sha256', secret).update(value).digest();
  return digest.subarray(0, TOKEN_BYTES);
}

/** Text of one token, to look it up by. */
export function tokenAt(tokens: Uint8Array, at: number): string {
  return Buffer.from(tokens.buffer, tokens.byteOffset + at * TOKEN_BYTES, TOKEN_BYTES).toString('latin1');
}
