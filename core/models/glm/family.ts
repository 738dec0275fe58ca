import type { Dense } from '../../algebra/matrix.js';
import type { Job } from '../../job/schema.js';
import { carryWeights } from '../carry.js';
import { evaluate, meanDeviance } from '../evaluate.js';
import type { ModelFamily } from '../family.js';
import { glmAggregator } from './aggregator.js';
import { lassoAggregator } from './lasso/aggregator.js';
import { lassoParty } from './lasso/party.js';
import { largestL1 } from './lasso/zero.js';
import type { Loss, LossFamily } from './loss.js';
import { glmParty, glmSpec } from './party.js';
import { MOST_COLUMNS, standardErrors } from './standard-errors.js';

/** The model that minimises Σ v_i loss(t_iᵀθ + b, y_i) / Σ v + λ/2 ‖θ‖² and predicts link(Tθ + b). */
export function generalisedLinear(given: Loss | LossFamily, task: Job['task']): ModelFamily {
  const loss = 'of' in given ? given : { ...given, of: () => given };
  const prediction = (scores: Dense, [intercept = 0]: Float64Array) =>
    scores.data.map((score) => loss.predict(score + intercept));
  return {
    party: glmParty(loss.curvature),
    aggregator: glmAggregator(loss),
    start: { width: () => 1, carry: carryWeights },
    ...(!('of' in given) && {
      sparse: { party: lassoParty(given.curvature), aggregator: lassoAggregator(given) },
      largestL1: (table, target, spec) => largestL1(given, table, target, spec),
    }),
    predict: (scores, own) => new Map([['prediction', prediction(scores, own)]]),
    standardErrors(table, target, spec, parameters, [intercept = 0]) {
      const given = glmSpec(spec);
      // Weights of classes are no number of rows: what they weigh is no likelihood.
      const weighsClasses = given.type === 'logistic-regression' && given.classWeights !== 'none';
      // Where a penalty has set parameters to 0, the others have no spread of their own.
      const sparse = 'l1' in given && given.l1 > 0;
      if (!loss.likelihood || weighsClasses || sparse || table.columns > MOST_COLUMNS) return undefined;
      return standardErrors(loss.likelihood, table, target, given, parameters, intercept);
    },
    measure(scores, own, labels) {
      const predictions = prediction(scores, own);
      const metrics = evaluate(task, predictions, labels);
      return loss.deviance
        ? { ...metrics, deviance: meanDeviance(loss.deviance, predictions, labels) }
        : metrics;
    },
  };
}
