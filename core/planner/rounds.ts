import type { ModelSpec } from '../job/schema.js';
import type { Candidate } from './plan.js';

/** What earlier runs of the same model family say about convergence. */
export interface EarlierRounds {
  readonly median: number;
}

/** L-BFGS rounds to a gradient norm of 1e-9 on data like those of reference/algebra.md §5 (22 to 84 there). */
const ROUNDS_TO_1E9 = 80;
/** A default may be off by this factor either way, the median of earlier runs by the other. */
const UNCERTAINTY_OF_DEFAULT = 2.5;
const UNCERTAINTY_OF_MEDIAN = 1.5;

/** Exchanges (epochs for a network) that a training is expected to take. All strategies take the same number. */
export function expectedRounds(model: ModelSpec, earlier?: EarlierRounds): Candidate['rounds'] {
  if (model.type === 'neural-network') return { expected: model.epochs, uncertainty: 1 };
  if (earlier !== undefined)
    return { expected: within(earlier.median, model.maxRounds), uncertainty: UNCERTAINTY_OF_MEDIAN };
  // L-BFGS converges linearly: each decimal of tolerance costs about as many rounds as the last.
  const decimals = -Math.log10(model.tolerance);
  return {
    expected: within((ROUNDS_TO_1E9 * decimals) / 9, model.maxRounds),
    uncertainty: UNCERTAINTY_OF_DEFAULT,
  };
}

function within(rounds: number, maxRounds: number): number {
  return Math.min(maxRounds, Math.max(5, Math.round(rounds)));
}
