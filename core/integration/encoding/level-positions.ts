const KNOWN = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

/** Position of each level of an encoding. Kept as long as the encoding is: a single row is encoded again and again by the same one. */
export function levelPositions(levels: readonly string[]): ReadonlyMap<string, number> {
  const known = KNOWN.get(levels);
  if (known !== undefined) return known;
  const positions = new Map(levels.map((level, at) => [level, at]));
  KNOWN.set(levels, positions);
  return positions;
}
