import type { Dense } from '../../algebra/matrix.js';

/** Where rows are among the centres: labels and squared distances, length n. */
export interface Nearest {
  readonly labels: Int32Array;
  readonly distances: Float64Array;
}

/**
 * Distances that differ by less than this share of ‖t‖² + ‖c‖² differ by rounding only. They count as equal, so that a row
 * between two centres goes to the same one however its distance was summed up.
 */
export const ROUNDING = 1e-12;

/**
 * The nearest centre of every row by ‖t − c_j‖² = ‖t‖² − 2 t c_jᵀ + ‖c_j‖²: an arg-min per row, ties to the lower index.
 * @param products T Cᵀ, n × k
 * @param squares ‖c_j‖², length k
 * @param norms ‖t_i‖², length n
 */
export function nearestCentres(
  { data, columns: k }: Dense,
  squares: Float64Array,
  norms: Float64Array,
): Nearest {
  const n = norms.length;
  const labels = new Int32Array(n);
  const distances = new Float64Array(n);
  for (let row = 0, from = 0; row < n; row++, from += k) {
    const norm = norms[row]!;
    let label = 0;
    let least = squares[0]! - 2 * data[from]!;
    for (let j = 1; j < k; j++) {
      const score = squares[j]! - 2 * data[from + j]!;
      // A tie within rounding is not won: the centre before stays.
      if (score < least - ROUNDING * (norm + squares[j]!)) {
        least = score;
        label = j;
      }
    }
    labels[row] = label;
    distances[row] = unlessRounding(norm + least, norm + squares[label]!);
  }
  return { labels, distances };
}

/** Squared distances of every row to each of p points (n × p). */
export function distancesTo({ data, columns: p }: Dense, squares: Float64Array, norms: Float64Array): Dense {
  const n = norms.length;
  const distances = new Float64Array(n * p);
  for (let row = 0, at = 0; row < n; row++) {
    const norm = norms[row]!;
    for (let j = 0; j < p; j++, at++)
      distances[at] = unlessRounding(norm + squares[j]! - 2 * data[at]!, norm + squares[j]!);
  }
  return { rows: n, columns: p, data: distances };
}

/** A squared distance, 0 where only rounding is left of it. */
function unlessRounding(distance: number, size: number): number {
  return distance > ROUNDING * size ? distance : 0;
}

/** Labels and distances when one of p points becomes centre `centre`: it takes the rows that are nearer to it. */
export function withCentre(
  before: Nearest | undefined,
  { columns: p, data }: Dense,
  chosen: number,
  centre: number,
  square: number,
  norms: Float64Array,
): Nearest {
  const n = norms.length;
  const labels = before?.labels.slice() ?? new Int32Array(n).fill(centre);
  const distances = before?.distances.slice() ?? new Float64Array(n).fill(Infinity);
  for (let row = 0; row < n; row++) {
    const distance = data[row * p + chosen]!;
    if (distance >= distances[row]! - ROUNDING * (norms[row]! + square)) continue;
    labels[row] = centre;
    distances[row] = distance;
  }
  return { labels, distances };
}
