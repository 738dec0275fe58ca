import type { Dense } from '../../algebra/matrix.js';
import { draws } from '../draws.js';
import { distancesTo, withCentre, type Nearest } from './nearest.js';

/** What the centres chosen so far leave to be explained differs by rounding only where it differs by less than this share. */
const ROUNDING = 1e-10;

/** Candidates from which each centre but the first is taken: 2 + ln k (Arthur & Vassilvitskii 2007, §5; scikit-learn). */
export function candidatesFor(clusters: number): number {
  return 2 + Math.floor(Math.log(clusters));
}

/**
 * Target rows that are candidates for centre `centre`, drawn with probability proportional to their squared distance from the
 * centres chosen so far (D² sampling: Arthur & Vassilvitskii, k-means++, SODA 2007). Where every row is a centre already, any
 * row does.
 * @param name of the draws: seed and restart
 * @param distances squared distances from the nearest centre, length n; undefined before the first one
 */
export function drawRows(
  name: string,
  centre: number,
  count: number,
  rows: number,
  distances?: Float64Array,
): number[] {
  const draw = draws(name);
  const total = distances?.reduce((sum, distance) => sum + distance, 0) ?? 0;
  return Array.from({ length: count }, (_, candidate) => {
    const share = draw(centre, candidate);
    return distances === undefined || total === 0
      ? Math.floor(share * rows)
      : rowAt(distances, share * total);
  });
}

/** The first row at which the running sum exceeds `at`; never one at distance 0. */
function rowAt(distances: Float64Array, at: number): number {
  let sum = 0;
  let last = 0;
  for (let row = 0; row < distances.length; row++) {
    if (distances[row] === 0) continue;
    sum += distances[row]!;
    last = row;
    if (sum > at) break;
  }
  return last;
}

/**
 * The candidate that leaves the least sum of squared distances, the first of equals.
 * @param before distances from the centres chosen so far; undefined if there is none
 * @param candidates n × p, distances from each candidate
 */
function bestCandidate(before: Float64Array | undefined, { rows, columns, data }: Dense): number {
  const sums = new Float64Array(columns);
  for (let row = 0, at = 0; row < rows; row++) {
    const until = before === undefined ? Infinity : before[row]!;
    for (let j = 0; j < columns; j++, at++) sums[j]! += Math.min(until, data[at]!);
  }
  const least = sums.reduce((a, b) => Math.min(a, b));
  return sums.findIndex((sum) => sum <= least * (1 + ROUNDING));
}

/**
 * The best of p candidates, and where rows are once it is centre `centre`.
 * @param products T Cᵀ of the candidates, n × p
 * @param squares ‖c_j‖² of the candidates, length p
 * @param norms ‖t_i‖², length n
 * @param before where rows were among the centres chosen so far; undefined if there is none
 */
export function takeBest(
  products: Dense,
  squares: readonly number[],
  norms: Float64Array,
  before: Nearest | undefined,
  centre: number,
): { best: number; near: Nearest } {
  const distances = distancesTo(products, Float64Array.from(squares), norms);
  const best = bestCandidate(before?.distances, distances);
  return { best, near: withCentre(before, distances, best, centre, squares[best]!, norms) };
}
