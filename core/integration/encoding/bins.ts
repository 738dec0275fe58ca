import { distinct } from './quantiles.js';

/**
 * Edges between bins that hold about as many training values each: equal quantiles are one, as in scikit-learn's KBinsDiscretizer.
 * The ends are left out, for the first and the last bin take in whatever lies beyond.
 * @param quantiles from the smallest value to the largest; none where there is no value
 * @returns ascending; one less than there are bins
 */
export function innerEdges(quantiles: readonly number[]): readonly number[] {
  return distinct(quantiles).slice(1, -1);
}

/** The bin of a number, from 0: a number on an edge is in the bin above it. */
export function binOf(value: number, edges: readonly number[]): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
