import { mostRounds } from '../job/most-rounds.js';
import type { ModelSpec } from '../job/schema.js';
import type { Candidate } from './plan.js';

/** What earlier runs of the same model family say about convergence. */
export interface EarlierRounds {
  readonly median: number;
}

type Rounds = Candidate['rounds'];

/** Where one process has all columns it whitens them together; parties can't take out what they have in common. */
export interface ExpectedRounds {
  readonly whitenedTogether: Rounds;
  readonly whitenedApart: Rounds;
}

/**
 * Rounds of preconditioned L-BFGS to a gradient norm of 1e-11. Together: late-flights takes 15. Apart: 15 and 18 on the orders
 * example, 25 and 91 on two public sets, 66 on late-flights (docs/algorithms.md); their geometric mean.
 */
const ROUNDS_TO_1E11 = { whitenedTogether: 15, whitenedApart: 35 } as const;
/** A default may be off by this factor either way, the median of earlier runs by the other. */
const UNCERTAINTY_OF_DEFAULT = 2.5;
const UNCERTAINTY_OF_MEDIAN = 1.5;

/** Rounds (epochs of a network) that a training is expected to take. */
export function expectedRounds(model: ModelSpec, earlier?: EarlierRounds): ExpectedRounds {
  if (model.type === 'neural-network') {
    const uncertainty = model.earlyStopping ? UNCERTAINTY_OF_DEFAULT : 1;
    return same({ expected: model.epochs, uncertainty });
  }
  const most = mostRounds(model);
  if (earlier !== undefined)
    return same({ expected: within(earlier.median, most), uncertainty: UNCERTAINTY_OF_MEDIAN });
  if (model.type === 'k-means')
    return same({ expected: within(kMeansRounds(model), most), uncertainty: UNCERTAINTY_OF_DEFAULT });
  if (model.type === 'gaussian-mixture')
    return same({ expected: within(mixtureRounds(model), most), uncertainty: UNCERTAINTY_OF_DEFAULT });
  if (model.type === 'nmf')
    return same({ expected: within(nmfRounds(model), most), uncertainty: UNCERTAINTY_OF_DEFAULT });
  if (model.type === 'pca') return pcaRounds(model, most);
  // L-BFGS converges linearly: each decimal of tolerance costs about as many rounds as the last.
  const share = -Math.log10(model.tolerance) / 11;
  const byDefault = (rounds: number): Rounds => ({
    expected: within(rounds * share, model.maxRounds),
    uncertainty: UNCERTAINTY_OF_DEFAULT,
  });
  return {
    whitenedTogether: byDefault(ROUNDS_TO_1E11.whitenedTogether),
    whitenedApart: byDefault(ROUNDS_TO_1E11.whitenedApart),
  };
}

/** Moves of the centres until they rest, in one run. */
const MOVES_TO_REST = 20;

/** In each run a round for every centre and the moves; then the way back to the best run. */
function kMeansRounds({ restarts, clusters, maxRounds }: Extract<ModelSpec, { type: 'k-means' }>): number {
  return restarts * (clusters + Math.min(MOVES_TO_REST, maxRounds)) + 1;
}

/** Rounds of expectation and maximisation until the likelihood rests, in one run. */
const ROUNDS_OF_EM = 40;

/** In each run a round for every place and those of EM; then the way back to the best run. */
function mixtureRounds(model: Extract<ModelSpec, { type: 'gaussian-mixture' }>): number {
  return model.restarts * (model.components + Math.min(ROUNDS_OF_EM, model.maxRounds)) + 1;
}

/** The error falls off about as 1 / updates, so what one update takes off as 1 / updates². */
function nmfRounds({ tolerance }: Extract<ModelSpec, { type: 'nmf' }>): number {
  return tolerance > 0 ? Math.sqrt(0.1 / tolerance) : Infinity;
}

/**
 * Rounds to a residual of 1e-12 in rounds: 6 where singular values fall fast, 12 to 17 where they fall slowly, 30 where they are
 * nearly alike. Where all columns are in one place they are mostly few enough for the closed form.
 */
const PCA_ROUNDS_TO_1E12 = 14;

function pcaRounds(model: Extract<ModelSpec, { type: 'pca' }>, most: number): ExpectedRounds {
  const rounds = (PCA_ROUNDS_TO_1E12 * -Math.log10(model.tolerance)) / 12;
  return {
    whitenedTogether: { expected: within(1, most), uncertainty: UNCERTAINTY_OF_DEFAULT },
    whitenedApart: { expected: within(rounds, most), uncertainty: UNCERTAINTY_OF_DEFAULT },
  };
}

function same(rounds: Rounds): ExpectedRounds {
  return { whitenedTogether: rounds, whitenedApart: rounds };
}

function within(rounds: number, maxRounds: number): number {
  return Math.min(maxRounds, Math.max(5, Math.round(rounds)));
}
