import { columnVector } from '../algebra/dense.js';
import { requireFinite } from '../training/require-finite.js';
import type { ModelFamily } from './family.js';
import { generalisedLinear } from './glm/family.js';
import type { Loss } from './glm/loss.js';
import { solveRidge } from './glm/ridge.js';

/** loss(s, y) = ½ (s − y)²; ∂ = s − y; ∂² = 1. */
export const squaredLoss: Loss = {
  curvature: 1,
  residual(scores, { labels, weights }, residual) {
    let sum = 0;
    for (let row = 0; row < labels.length; row++) {
      const difference = scores[row]! - labels[row]!;
      const weighted = weights === undefined ? difference : weights[row]! * difference;
      residual[row] = weighted;
      sum += 0.5 * weighted * difference;
    }
    return sum;
  },
  along(scores, direction, { labels, weights }, alpha) {
    let first = 0;
    let second = 0;
    for (let row = 0; row < labels.length; row++) {
      const d = direction[row]!;
      const weighted = weights === undefined ? d : weights[row]! * d;
      first += (scores[row]! + alpha * d - labels[row]!) * weighted;
      second += weighted * d;
    }
    return { first, second };
  },
  predict: (score) => score,
  likelihood: { information: () => 1, pearson: (score, label) => label - score },
};

/** Columns up to which the Gram matrix is formed in any case, to whiten them: from it the solution costs next to nothing. */
const GRAM_AT_HAND = 1024;

/** Least squares with a penalty (ridge): in closed form where all rows are in one place, else in rounds. */
export const linearRegression: ModelFamily = {
  ...generalisedLinear(squaredLoss, 'regression'),
  solve(table, target, spec, moments) {
    if (spec.type !== 'linear-regression' || spec.solver === 'l-bfgs') return undefined;
    if (spec.l1 > 0) return undefined;
    if (spec.solver === 'auto' && table.columns > GRAM_AT_HAND) return undefined;
    const solution = solveRidge(table, target, spec.l2, spec.tolerance, moments);
    if (!solution) return undefined;
    const { theta, intercept, loss, gradientNorm } = solution;
    requireFinite(loss, gradientNorm);
    return {
      parameters: columnVector(theta),
      own: Float64Array.of(intercept),
      progress: { round: 1, loss, gradientNorm },
      stopped: gradientNorm <= spec.tolerance ? 'converged' : 'stalled',
    };
  },
};
