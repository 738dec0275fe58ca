import type { Dense } from '../../algebra/matrix.js';
import { draws } from '../draws.js';

/** Loadings of which neither is larger than the other by more than this share count as equally large: it may be rounding. */
const EQUAL = 1e-6;

/** What is told of the loadings of each vector, so that parties can agree on its sign and no loading but the extremes is known. */
export interface Extremes {
  /** The largest loading above 0, and the largest below 0 without its sign; 0 where there is none. */
  readonly above: readonly number[];
  readonly below: readonly number[];
  /** The sum of the loadings, each times the number drawn for its column: it decides where both are equally large. */
  readonly sums: readonly number[];
}

/** A number in [0, 1) for each column, by its name alone. */
export function signWeights(names: readonly string[]): Float64Array {
  return Float64Array.from(names, (name) => draws(`component sign ${name}`)(0));
}

/** Of the vectors that are the columns of X (c × q). */
export function extremesOf({ rows, columns, data }: Dense, weights: Float64Array): Extremes {
  const above = new Array<number>(columns).fill(0);
  const below = new Array<number>(columns).fill(0);
  const sums = new Array<number>(columns).fill(0);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++, at++) {
      const loading = data[at]!;
      above[j] = Math.max(above[j]!, loading);
      below[j] = Math.max(below[j]!, -loading);
      sums[j]! += weights[row]! * loading;
    }
  }
  return { above, below, sums };
}

/** 1 or −1 for each vector: with it, the loading that is largest, whichever sign it had, is above 0. */
export function signsOf(parties: readonly Extremes[]): number[] {
  return (parties[0]?.above ?? []).map((_, j) => {
    const above = Math.max(...parties.map((party) => party.above[j]!));
    const below = Math.max(...parties.map((party) => party.below[j]!));
    if (above > below * (1 + EQUAL)) return 1;
    if (below > above * (1 + EQUAL)) return -1;
    return parties.reduce((sum, { sums }) => sum + sums[j]!, 0) < 0 ? -1 : 1;
  });
}
