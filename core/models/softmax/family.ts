import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import type { ModelFamily } from '../family.js';
import { softmaxAggregator } from './aggregator.js';
import { softmax } from './loss.js';
import { measureClasses } from './measures.js';
import { softmaxParty } from './party.js';

/**
 * The model that minimises Σ v_i (log Σ_j exp(s_ij) − s_{i,y_i}) / Σ v + λ/2 ‖Θ‖², S = T Θ + 1 bᵀ, and predicts the
 * probability exp(s_j) / Σ exp(s) of each of C classes.
 */
export const softmaxRegression: ModelFamily = {
  party: softmaxParty,
  aggregator: softmaxAggregator,
  classify: (scores, own) => mostProbable(probabilities(scores, own), own.length),
  probabilities: (scores, own) => dense(scores.rows, own.length, probabilities(scores, own)),
  predict(scores, own, { classes = [] } = {}) {
    const p = probabilities(scores, own);
    return new Map(
      classes.map((name, label) => [
        `probability_${name}`,
        Float64Array.from({ length: scores.rows }, (_, row) => p[row * classes.length + label]!),
      ]),
    );
  },
  measure(scores, own, labels) {
    const p = probabilities(scores, own);
    return measureClasses(p, mostProbable(p, own.length), labels, own.length);
  },
};

/** n × C, row by row. */
function probabilities(scores: Dense, intercepts: Float64Array): Float64Array {
  const classes = intercepts.length;
  const result = new Float64Array(scores.data.length);
  const p = new Float64Array(classes);
  const whole = scores.data.map((score, at) => score + intercepts[at % classes]!);
  for (let at = 0; at < whole.length; at += classes) {
    softmax(whole, at, p);
    result.set(p, at);
  }
  return result;
}

/** The class of the largest probability of each row, the first of equals. */
function mostProbable(p: Float64Array, classes: number): Int32Array {
  return Int32Array.from({ length: p.length / classes }, (_, row) => {
    let best = 0;
    for (let j = 1; j < classes; j++) if (p[row * classes + j]! > p[row * classes + best]!) best = j;
    return best;
  });
}
