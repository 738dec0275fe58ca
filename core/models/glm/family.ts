import type { Dense } from '../../algebra/matrix.js';
import type { Job } from '../../job/schema.js';
import { evaluate } from '../evaluate.js';
import type { ModelFamily } from '../family.js';
import { glmAggregator } from './aggregator.js';
import { lassoAggregator } from './lasso/aggregator.js';
import { lassoParty } from './lasso/party.js';
import type { Loss } from './loss.js';
import { glmParty } from './party.js';

/** The model that minimises Σ v_i loss(t_iᵀθ + b, y_i) / Σ v + λ/2 ‖θ‖² and predicts link(Tθ + b). */
export function generalisedLinear(loss: Loss, task: Job['task']): ModelFamily {
  const prediction = (scores: Dense, [intercept = 0]: Float64Array) =>
    scores.data.map((score) => loss.predict(score + intercept));
  return {
    party: glmParty(loss.curvature),
    aggregator: glmAggregator(loss),
    sparse: { party: lassoParty(loss.curvature), aggregator: lassoAggregator(loss) },
    predict: (scores, own) => new Map([['prediction', prediction(scores, own)]]),
    measure: (scores, own, labels) => evaluate(task, prediction(scores, own), labels),
  };
}
