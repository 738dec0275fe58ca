import type { Dense } from '../../algebra/matrix.js';
import { carryWeights } from '../carry.js';
import type { ModelFamily } from '../family.js';
import { softmaxAggregator } from './aggregator.js';
import { softmaxParty } from './party.js';
import { classifiedBy, measuresOf, probabilityColumns } from './probabilities.js';

/**
 * The model that minimises Σ v_i (log Σ_j exp(s_ij) − s_{i,y_i}) / Σ v + λ/2 ‖Θ‖², S = T Θ + 1 bᵀ, and predicts the
 * probability exp(s_j) / Σ exp(s) of each of C classes.
 */
export const softmaxRegression: ModelFamily = {
  party: softmaxParty,
  aggregator: softmaxAggregator,
  start: { width: (_spec, classes = []) => classes.length, byClass: true, carry: carryWeights },
  classify: (scores, own) => classifiedBy(plusIntercepts(scores, own)),
  predict: (scores, own, { classes = [] } = {}) =>
    probabilityColumns(classifiedBy(plusIntercepts(scores, own)), classes),
  measure: (scores, own, labels) => measuresOf(classifiedBy(plusIntercepts(scores, own)), labels),
};

function plusIntercepts(scores: Dense, intercepts: Float64Array): Dense {
  const classes = intercepts.length;
  return { ...scores, data: scores.data.map((score, at) => score + intercepts[at % classes]!) };
}
