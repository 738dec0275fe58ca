import type { Matrix } from '../../core/algebra/matrix.js';
import { momentsOf, type Moments } from '../../core/training/moments.js';

/** By table, by the sum of the counts' blob: a table that is forgotten takes its moments along. */
const known = new WeakMap<Matrix, Map<string, Moments>>();

/** Moments of a fold's rows, which all trials of a search share. @param name names the counts */
export function knownMoments(table: Matrix, name: string, counts: Float64Array, trainRows: number): Moments {
  const ofTable = known.get(table) ?? new Map<string, Moments>();
  known.set(table, ofTable);
  const before = ofTable.get(name);
  if (before) return before;
  const moments = momentsOf(table, counts, trainRows);
  ofTable.set(name, moments);
  return moments;
}
