import { columnVector } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import type { AggregatorProgram, AggregatorStep, TrainingRows } from '../../training/program.js';
import { requireFinite } from '../../training/require-finite.js';
import { plus } from '../../training/vectors.js';
import { nextStep, stopReason, takeIn } from './descent.js';
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
      return begin(losses, target, given, { stages, intercept });
    },

    startAt(target, spec, { products, own: [before = 0], shift: [moved = 0] }) {
      const given = glmSpec(spec);
      // Wide bandwidths would lead away from where an earlier training has ended.
      const stages = (losses.bandwidths?.(weighted(target, given)) ?? []).slice(-1);
      return begin(losses, target, given, { stages, intercept: before + moved, products: products.data });
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

interface Beginning {
  readonly stages: readonly number[];
  readonly intercept: number;
  /** Tθ; left out: θ = 0. */
  readonly products?: Float64Array;
}

function begin(
  losses: LossFamily,
  target: TrainingRows,
  spec: GlmSpec,
  { stages, intercept, products }: Beginning,
): AggregatorStep {
  const scores = Float64Array.from(
    target.labels,
    (_, row) => (products?.[row] ?? 0) + intercept + (target.offsets?.[row] ?? 0),
  );
  const blank = {
    spec,
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
}

/** Takes in what the parties sent: T g, centred and with the intercept's column; dot products; the pair of the last step. */
function receive(before: Working, uncentred: Dense, parts: readonly PartyUp[], root: number) {
  const g = Float64Array.of(before.interceptGradient / root);
  const shift = parts.reduce((sum, part) => sum + part.shift, 0);
  const constant = g[0]! / root - shift;
  const productsOfG = uncentred.data.map((product) => product + constant);
  const offset = parts.reduce((sum, part) => sum + part.offset, 0);
  // A training begins with the intercept of the model; only now is it known what centring adds at its θ.
  const intercept = before.intercept + (before.round === 0 ? offset : 0);
  return { ...takeIn(before, productsOfG, g, before.interceptGradient ** 2, parts), offset, intercept };
}

type Received = ReturnType<typeof receive>;

/** The loss of the stage at which a training is. */
function lossAt(losses: LossFamily, { spec, stages }: Pick<Working, 'spec' | 'stages'>): Loss {
  return losses.of(spec, stages[0] ?? 0);
}

/** The next stage begins where this one has ended, with another loss: a step of null has all forget their basis. */
function nextStage(at: Received): Working | undefined {
  if (at.stages.length <= 1) return undefined;
  return { ...at, stages: at.stages.slice(1), step: null, bestNorm: Infinity, roundsSinceBest: 0 };
}

/** The step along the direction of L-BFGS; undefined if there is none any more. */
function descend(
  losses: LossFamily,
  target: TrainingRows,
  at: Received,
  parts: readonly PartyUp[],
  root: number,
): Working | undefined {
  const rows = weighted(target, at.spec);
  const loss = lossAt(losses, at);
  const moved = nextStep(at, parts, (direction, alpha) => {
    const { first, second } = loss.along(at.scores, direction, rows, alpha);
    return { first: first / rows.total, second: second / rows.total };
  });
  if (moved === undefined) return undefined;
  const { step, pending, intercepts } = moved;
  return {
    ...at,
    step,
    pending,
    scores: plus(at.scores, 1, pending),
    intercept: at.intercept + (step.alpha * intercepts[0]!) / root,
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
