import { sha256 } from '../json.js';

/**
 * Random numbers that depend on nothing but their name and place: uniform in [0, 1) with 53 bits, the same on every
 * machine and in whatever order they are drawn (counter-based generators: Salmon et al., SC 2011; the mixing is MurmurHash3's).
 */
export function draws(name: string): (i: number, j?: number) => number {
  const digest = Buffer.from(sha256(name), 'hex');
  const [first, second] = [digest.readInt32LE(0), digest.readInt32LE(4)];
  const word = (key: number, i: number, j: number) =>
    mix(mix(key + Math.imul(i, 0x9e3779b1)) + Math.imul(j, 0x85ebca6b)) >>> 0;
  return (i, j = 0) => (word(first, i, j) * 2 ** 21 + (word(second, i, j) >>> 11)) / 2 ** 53;
}

function mix(key: number): number {
  let h = key | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
