import type { Dense } from '../../algebra/matrix.js';
import { withSquares } from '../../algebra/with-squares.js';
import { clusterSizes } from '../k-means/empty-clusters.js';
import { carryComponents } from '../carry.js';
import type { ModelFamily } from '../family.js';
import type { Measure, MixtureMetrics } from '../model.js';
import { mixtureAggregator } from './aggregator.js';
import { coefficients, componentsOf } from './components.js';
import { mixtureParty } from './party.js';
import { meanOf, memberships, mostProbable } from './responsibilities.js';

/** A density that is a weighted sum of k normal ones, p(t) = Σ_j π_j N(t | μ_j, diag(s_j)); maximises Σ_i ln p(t_i). */
export const gaussianMixture: ModelFamily = {
  party: mixtureParty,
  aggregator: mixtureAggregator,
  start: {
    width: (spec) => (spec.type === 'gaussian-mixture' ? 2 * spec.components : 0),
    carry: carryComponents,
  },
  scores: (table, theta) => withSquares(table).multiply(coefficients(componentsOf(theta))),
  predict(scores, own) {
    const { responsibilities, logDensities } = membersOf(scores, own);
    return new Map([
      ['cluster', Float64Array.from(mostProbable(responsibilities))],
      ...Array.from({ length: scores.columns }, (_, j) => probabilityOf(responsibilities, j)),
      ['logDensity', logDensities],
    ]);
  },
  measure(scores, own): MixtureMetrics {
    const { responsibilities, logDensities } = membersOf(scores, own);
    const { rows, columns: k } = scores;
    const clusters = [...clusterSizes(mostProbable(responsibilities), k)];
    const logLikelihood = meanOf(logDensities);
    const [free = 0] = own.subarray(2 * k);
    const deviance = -2 * rows * logLikelihood;
    return {
      rows,
      logLikelihood: defined(logLikelihood),
      bic: defined(deviance + free * Math.log(rows)),
      aic: defined(deviance + 2 * free),
      clusters,
    };
  },
};

function membersOf(scores: Dense, own: Float64Array) {
  const k = scores.columns;
  return memberships(scores, [...own.subarray(k, 2 * k)], [...own.subarray(0, k)]);
}

function defined(value: number): Measure {
  return Number.isFinite(value) ? value : null;
}

function probabilityOf({ rows, columns, data }: Dense, component: number): [string, Float64Array] {
  const column = Float64Array.from({ length: rows }, (_, row) => data[row * columns + component]!);
  return [`probability_${component}`, column];
}
