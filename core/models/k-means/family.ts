import type { Dense } from '../../algebra/matrix.js';
import { carryPoints } from '../carry.js';
import type { ModelFamily } from '../family.js';
import { scoresWithNorms, splitNorms } from '../scores-with-norms.js';
import { kMeansAggregator } from './aggregator.js';
import { clusterSizes } from './empty-clusters.js';
import { nearestCentres } from './nearest.js';
import { kMeansParty } from './party.js';

/** k centres, each the mean of the rows that are nearest to it: minimises the inertia Σ_i min_j ‖t_i − c_j‖². */
export const kMeans: ModelFamily = {
  party: kMeansParty,
  aggregator: kMeansAggregator,
  start: { width: (spec) => (spec.type === 'k-means' ? spec.clusters : 0), carry: carryPoints },
  scores: scoresWithNorms,
  predict(scores, squares) {
    const { labels, distances } = nearest(scores, squares);
    return new Map([
      ['cluster', Float64Array.from(labels)],
      ['distance', distances.map(Math.sqrt)],
    ]);
  },
  measure(scores, squares) {
    const { labels, distances } = nearest(scores, squares);
    const inertia = distances.reduce((sum, distance) => sum + distance, 0);
    return { rows: scores.rows, inertia, clusters: [...clusterSizes(labels, squares.length)] };
  },
};

function nearest(scores: Dense, squares: Float64Array) {
  const { products, norms } = splitNorms(scores);
  return nearestCentres(products, squares, norms);
}
