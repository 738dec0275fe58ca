import type { Nearest } from './nearest.js';

/** Distances that differ by less than this share differ by rounding only. */
const ROUNDING = 1e-10;

export function clusterSizes(labels: Int32Array, clusters: number): Int32Array {
  const sizes = new Int32Array(clusters);
  for (const label of labels) sizes[label]!++;
  return sizes;
}

/**
 * Labels in which every empty cluster has got the row that is farthest from its centre (the first of equals), as scikit-learn
 * does it: the sum of squares falls. A row that is alone in its cluster stays; where no row is away from its centre, because
 * there are fewer distinct rows than clusters, the cluster stays empty.
 */
export function fillEmptyClusters(
  { labels, distances }: Nearest,
  clusters: number,
): { labels: Int32Array; sizes: Int32Array } {
  const sizes = clusterSizes(labels, clusters);
  if (!sizes.includes(0)) return { labels, sizes };
  const filled = labels.slice();
  const left = distances.slice();
  for (let cluster = 0; cluster < clusters; cluster++) {
    if (sizes[cluster] !== 0) continue;
    const row = farthest(left, (at) => sizes[filled[at]!]! > 1);
    if (row === undefined) break;
    sizes[filled[row]!]!--;
    sizes[cluster] = 1;
    filled[row] = cluster;
    left[row] = 0;
  }
  return { labels: filled, sizes };
}

/** The first row that is as far as any, but for rounding; undefined where no row may go. */
function farthest(distances: Float64Array, mayGo: (row: number) => boolean): number | undefined {
  let most = 0;
  distances.forEach((distance, row) => {
    if (distance > most && mayGo(row)) most = distance;
  });
  if (most === 0) return undefined;
  return distances.findIndex((distance, row) => distance >= most * (1 - ROUNDING) && mayGo(row));
}
