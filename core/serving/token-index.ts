import { TOKEN_BYTES, type KeyTokens } from '../integration/key-tokens.js';

/** Which row of a table a key names: an open-addressed hash table over the tokens, which are hashes themselves. */
export interface TokenIndex {
  /** Row of the key whose token begins at byte `at`, −1 for none. */
  rowOf(tokens: Uint8Array, at: number): number;
  /** Rows whose key an earlier row has; the last such row is not found. */
  readonly repeated: number;
}

const KNOWN = new WeakMap<KeyTokens, TokenIndex>();

/** The index of these keys; that of keys which were indexed before is the same one. */
export function tokenIndex(keys: KeyTokens): TokenIndex {
  const index = KNOWN.get(keys) ?? makeIndex(keys);
  KNOWN.set(keys, index);
  return index;
}

/** 20 bytes a key, and 4 for each of the two to four slots. */
function makeIndex({ codes, tokens }: KeyTokens): TokenIndex {
  const keys = tokens.length / TOKEN_BYTES;
  const rows = new Int32Array(keys).fill(-1);
  let repeated = 0;
  codes.forEach((code, row) => {
    if (code < 0) return;
    if (rows[code]! >= 0) repeated += 1;
    else rows[code] = row;
  });
  const known = wordsOf(tokens);
  // At most half full, so that a search is short.
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * keys + 1)));
  const mask = slots.length - 1;
  for (let key = 0; key < keys; key++) {
    let slot = known[key * WORDS]! & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = key + 1;
  }
  const wanted = new Uint8Array(TOKEN_BYTES);
  const words = wordsOf(wanted);
  return {
    repeated,
    rowOf(given, at) {
      for (let byte = 0; byte < TOKEN_BYTES; byte++) wanted[byte] = given[at + byte]!;
      for (let slot = words[0]! & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
        const first = (slots[slot]! - 1) * WORDS;
        if (
          known[first] === words[0] &&
          known[first + 1] === words[1] &&
          known[first + 2] === words[2] &&
          known[first + 3] === words[3]
        )
          return rows[slots[slot]! - 1]!;
      }
      return -1;
    },
  };
}

const WORDS = TOKEN_BYTES / 4;

/** The same bytes as 32-bit numbers; a view where they are aligned. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, bytes.length / 4);
}
