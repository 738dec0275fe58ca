import { columnVector, dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import type { AggregatorProgram, AggregatorStep, StopReason, TrainingRows } from '../../training/program.js';
import { requireFinite } from '../../training/require-finite.js';
import { dot, plus, scaled } from '../../training/vectors.js';
import { basisVectors, directionOf, pushPair, type Basis } from './basis.js';
import { lbfgsDirection, nextGram, quadraticForm, type Gram } from './gram.js';
import { minimizeAlong } from './line-search.js';
import type { Loss, LossFamily, OffsetRows } from './loss.js';
import { decodeUp, glmSpec, type GlmSpec, type PartyUp } from './party.js';
import { rowWeights, type RowWeights } from './row-weights.js';
import { readState, writeState, type Working } from './state.js';

/**
 * The aggregator of a generalised linear model: adds up dot products, chooses the direction by L-BFGS and the step by
 * exact line search, and sends residuals back. One exchange an iteration.
 */
export function glmAggregator(losses: LossFamily): AggregatorProgram {
  /** √h: scales the intercept's column as the parties scale theirs. */
  const root = Math.sqrt(losses.curvature);
  return {
    start(target, spec) {
      const given = glmSpec(spec);
      const rows = weighted(target, given);
      const stages = losses.bandwidths?.(rows) ?? [];
      const intercept = lossAt(losses, { spec: given, stages }).begin?.(rows) ?? 0;
      const scores = Float64Array.from(target.labels, (_, row) => intercept + (target.offsets?.[row] ?? 0));
      const blank = {
        spec: given,
        stages,
        round: 0,
        loss: 0,
        bestNorm: Infinity,
        roundsSinceBest: 0,
        products: undefined,
        pending: new Float64Array(0),
        gram: undefined,
        penalties: undefined,
        step: null,
        intercept,
        offset: 0,
        interceptBasis: undefined,
      };
      const opening = sendResidual(losses, target, { ...blank, interceptGradient: 0, scores });
      return { ...opening, progress: { round: 0, loss: readState(opening.state).loss, gradientNorm: null } };
    },

    step(target, state, products, ups) {
      const before = readState(state);
      const parts = ups.map(decodeUp);
      const received = receive(before, products, parts, root);
      const { round, loss: meanLoss, gradientNorm } = received;
      const progress = { round, loss: meanLoss, gradientNorm };
      const stop = stopReason(received);
      const descended = stop === undefined ? descend(losses, target, received, parts, root) : undefined;
      const moved = descended ?? (stop === 'max-rounds' ? undefined : nextStage(received));
      if (moved === undefined)
        return { state: writeState(received), progress, next: { done: stop ?? 'stalled' } };
      return { ...sendResidual(losses, target, moved), progress };
    },

    parameters(state) {
      const { intercept, offset } = readState(state);
      return Float64Array.of(intercept - offset);
    },
  };
}

/** Takes in what the parties sent: T g, centred and with the intercept's column; dot products; the pair of the last step. */
function receive(before: Working, uncentred: Dense, parts: readonly PartyUp[], root: number) {
  const g = Float64Array.of(before.interceptGradient / root);
  const shift = parts.reduce((sum, part) => sum + part.shift, 0);
  const constant = g[0]! / root - shift;
  const productsOfG = uncentred.data.map((product) => product + constant);
  const { memory } = before.spec;
  const [products, interceptBasis] =
    before.products === undefined || before.interceptBasis === undefined || before.step === null
      ? [firstBasis(productsOfG), firstBasis(g)]
      : [
          pushPair(
            before.products,
            before.pending,
            plus(productsOfG, -1, before.products.g),
            productsOfG,
            memory,
          ),
          pushPair(
            before.interceptBasis,
            scaled(before.step.alpha, directionOf(before.interceptBasis, before.step.coefficients)),
            plus(g, -1, before.interceptBasis.g),
            g,
            memory,
          ),
        ];
  const gram = nextGram(before.gram, sumRows(parts.map(({ products: rows }) => rows)));
  const penalties = nextGram(before.penalties, sumRows(parts.map(({ penalties: rows }) => rows)));
  const offset = parts.reduce((sum, part) => sum + part.offset, 0);
  const gradientSquare = parts.reduce(
    (sum, part) => sum + part.gradientSquare,
    before.interceptGradient ** 2,
  );
  const gradientNorm = Math.sqrt(gradientSquare);
  const better = gradientNorm < before.bestNorm;
  return {
    ...before,
    round: before.round + 1,
    products,
    interceptBasis,
    gram,
    penalties,
    offset,
    gradientNorm,
    bestNorm: better ? gradientNorm : before.bestNorm,
    roundsSinceBest: better ? 0 : before.roundsSinceBest + 1,
  };
}

type Received = ReturnType<typeof receive>;

/** What decides whether a training goes on. */
export interface Standing extends Pick<Working, 'round' | 'roundsSinceBest'> {
  readonly gradientNorm: number;
  readonly spec: Pick<GlmSpec, 'tolerance' | 'maxRounds'>;
}

/** Rounds without a smaller gradient after which rounding, not the problem, is what is left. */
const PATIENCE = 60;

/** Norm of the gradient at which a stage that is not the last is near enough to its end. */
const STAGE_TOLERANCE = 1e-3;

/** @param stages those that are left, this one among them */
export function stopReason({
  gradientNorm,
  spec,
  stages = [],
  round,
  roundsSinceBest,
}: Standing & { readonly stages?: readonly unknown[] }): StopReason | undefined {
  requireFinite(gradientNorm);
  const last = stages.length <= 1;
  if (gradientNorm <= (last ? spec.tolerance : Math.max(spec.tolerance, STAGE_TOLERANCE))) return 'converged';
  if (roundsSinceBest >= PATIENCE) return 'stalled';
  return round >= spec.maxRounds ? 'max-rounds' : undefined;
}

/** The loss of the stage at which a training is. */
function lossAt(losses: LossFamily, { spec, stages }: Pick<Working, 'spec' | 'stages'>): Loss {
  return losses.of(spec, stages[0] ?? 0);
}

/** The next stage begins where this one has ended, with another loss: a step of null has all forget their basis. */
function nextStage(at: Received): Working | undefined {
  if (at.stages.length <= 1) return undefined;
  return { ...at, stages: at.stages.slice(1), step: null, bestNorm: Infinity, roundsSinceBest: 0 };
}

/**
 * Direction and exact line search: φ(α) = Σ v loss(s + α T p) / Σ v + λ/2 ‖θ + α p‖².
 * @returns undefined if not even the gradient is a direction of descent any more: precision is exhausted
 */
function descend(
  losses: LossFamily,
  target: TrainingRows,
  at: Received,
  parts: readonly PartyUp[],
  root: number,
): Working | undefined {
  const whole = withIntercept(at.gram, at.interceptBasis);
  const gradient = new Array<number>(whole.columns).fill(0);
  gradient[whole.columns - 1] = 1;
  const slopeOf = (c: readonly number[]) => quadraticForm(whole, gradient, c);
  const quasiNewton = lbfgsDirection(whole);
  const coefficients = slopeOf(quasiNewton) < 0 ? quasiNewton : gradient.map((value) => -value);

  const rows = weighted(target, at.spec);
  const loss = lossAt(losses, at);
  const { l2 } = at.spec;
  const direction = directionOf(at.products, coefficients);
  const [thetaProducts = new Float64Array(0)] = sumRows(parts.map(({ theta }) => [theta]));
  const thetaP = coefficients.reduce((sum, c, i) => sum + c * thetaProducts[i]!, 0);
  const pp = quadraticForm(at.penalties, coefficients, coefficients);
  const alpha = minimizeAlong((a) => {
    const { first, second } = loss.along(at.scores, direction, rows, a);
    return { first: first / rows.total + l2 * (thetaP + a * pp), second: second / rows.total + l2 * pp };
  }, slopeOf(coefficients));
  if (alpha === 0) return undefined;

  const pending = scaled(alpha, direction);
  return {
    ...at,
    step: { alpha, coefficients },
    pending,
    scores: plus(at.scores, 1, pending),
    intercept: at.intercept + (alpha * directionOf(at.interceptBasis, coefficients)[0]!) / root,
  };
}

/** The residual Δ at the new scores, Δ_i = (v_i / Σv) ∂loss/∂s_i, and the step that the parties are to take. */
function sendResidual(
  losses: LossFamily,
  target: TrainingRows,
  at: Working,
): Pick<AggregatorStep, 'state' | 'next'> {
  const rows = weighted(target, at.spec);
  const residual = new Float64Array(target.rows);
  const meanLoss = lossAt(losses, at).residual(at.scores, rows, residual) / rows.total;
  let interceptGradient = 0;
  for (let row = 0; row < target.rows; row++) {
    residual[row]! /= rows.total;
    interceptGradient += residual[row]!;
  }
  requireFinite(meanLoss, interceptGradient);
  const down = { json: { step: at.step, residualSum: interceptGradient }, tensors: {} };
  return {
    state: writeState({ ...at, loss: meanLoss, interceptGradient }),
    next: { residual: columnVector(residual), down },
  };
}

/** Labels and offsets with the weights that rows and their classes have. */
export function weighted(target: TrainingRows, spec: GlmSpec): OffsetRows & RowWeights {
  const classes = spec.type === 'logistic-regression' ? spec.classWeights : 'none';
  return { labels: target.labels, offsets: target.offsets, ...rowWeights(target, classes) };
}

/** The Gram matrix with the intercept's piece added: one number a vector, or one for each class. */
export function withIntercept(gram: Gram, interceptBasis: Basis): Gram {
  const pieces = basisVectors(interceptBasis);
  const size = gram.rows;
  return dense(
    size,
    size,
    gram.data.map((value, at) => value + dot(pieces[Math.floor(at / size)]!, pieces[at % size]!)),
  );
}

/** A basis without pairs. */
export function firstBasis(g: Float64Array): Basis {
  return { s: [], y: [], g };
}

/** Σ over the parties of rows of numbers. */
export function sumRows(parts: readonly (readonly Float64Array[])[]): readonly Float64Array[] {
  const [first = [], ...rest] = parts;
  return rest.reduce((sums, rows) => sums.map((sum, i) => plus(sum, 1, rows[i]!)), first);
}
