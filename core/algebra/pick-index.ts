/** An index vector under some of the target rows. */
export interface PickedIndex {
  /** The source rows that they refer to, each once, ascending. */
  readonly kept: Int32Array;
  /** For each of the target rows its place among these, −1 for none. */
  readonly index: Int32Array;
}

/**
 * CI_k (length r_T) under the target rows named: I_k[rows] = I′ K with K picking the source rows out, so that a product with
 * D_k is made once for each source row that occurs, and only for those.
 */
export function pickIndex(index: Int32Array, rows: Int32Array): PickedIndex {
  const sources = rows.map((row) => index[row]!);
  const kept = Int32Array.from(new Set(sources))
    .filter((source) => source >= 0)
    .sort();
  const place = new Map<number, number>();
  kept.forEach((source, at) => place.set(source, at));
  return { kept, index: sources.map((source) => place.get(source) ?? -1) };
}
