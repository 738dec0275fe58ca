import { columnVector } from '../../../algebra/dense.js';
import type {
  AggregatorProgram,
  AggregatorStep,
  StopReason,
  TrainingRows,
} from '../../../training/program.js';
import { requireFinite } from '../../../training/require-finite.js';
import { combination } from '../../../training/vectors.js';
import { weighted } from '../aggregator.js';
import type { Loss } from '../loss.js';
import { sparseSpec, type SparseSpec } from '../party.js';
import { addUps, encodeDown, POINTS, type Norms, type Up } from './messages.js';
import { searchFace, type Point } from './search.js';
import { readState, writeState, type Working } from './state.js';
import { interceptAtZero } from './zero.js';

/**
 * The aggregator of a generalised linear model with the penalty λ₁‖θ‖₁ + λ₂/2 ‖θ‖². A round: all parties take a proximal
 * step from θ, in the metric L·blkdiag(M_k), to x (Beck and Teboulle, *A Fast Iterative Shrinkage-Thresholding Algorithm*, 2009);
 * the next θ is not x moved on by a fixed momentum, but the best of the points so far on the face of x (`search.ts`).
 * One exchange an iteration.
 */
export function lassoAggregator(loss: Loss): AggregatorProgram {
  return {
    start(target, given) {
      const spec = sparseSpec(given);
      const intercept = interceptAtZero(loss, weighted(target, spec));
      return begin(loss, target, spec, new Float64Array(target.rows), intercept);
    },

    startAt: (target, given, { products, own: [intercept = 0], shift: [moved = 0] }) =>
      begin(loss, target, sparseSpec(given), products.data, intercept + moved),

    step(target, state, products, ups) {
      const up = addUps(ups);
      const { at, gradientNorm, objective } = received(readState(state), up);
      const progress = { round: at.round, loss: at.loss, gradientNorm, nonZero: up.nonZero };
      const stop = stopReason(at, gradientNorm);
      if (stop !== undefined) return { state: writeState(at), progress, next: { done: stop } };
      const x = pointAt(at, products.data, up, loss.curvature);
      return {
        ...sendResidual(loss, target, moved(loss, target, at, up, x, { objective, parties: ups.length })),
        progress,
      };
    },

    parameters(state) {
      const { intercept, offset } = readState(state);
      return Float64Array.of(intercept - offset);
    },
  };
}

/** @param products Tθ */
function begin(
  loss: Loss,
  target: TrainingRows,
  spec: SparseSpec,
  products: Float64Array,
  intercept: number,
): AggregatorStep {
  return sendResidual(loss, target, {
    spec,
    round: 0,
    loss: 0,
    bestNorm: null,
    bestObjective: null,
    roundsSinceBest: 0,
    scale: 1,
    weights: [],
    reached: null,
    intercept,
    offset: 0,
    interceptGradient: 0,
    scores: products.map((product) => product + intercept),
    points: [],
  });
}

function penalty({ l1, l2 }: SparseSpec, { absolute, square }: Norms): number {
  return l1 * absolute + (l2 / 2) * square;
}

/** Takes in what the parties say of θ: its penalty, and how far it is from the optimum. */
function received(before: Working, up: Up) {
  const gradientNorm = Math.sqrt(up.subgradientSquare + before.interceptGradient ** 2);
  const objective = before.loss + penalty(before.spec, up.theta);
  requireFinite(gradientNorm, objective);
  const { bestNorm, bestObjective } = before;
  const better =
    bestNorm === null ||
    bestObjective === null ||
    gradientNorm < bestNorm ||
    objective < bestObjective - rounding(bestObjective);
  const at: Working = {
    ...before,
    round: before.round + 1,
    // A training begins with the intercept of the model; only now is it known what centring adds at θ.
    intercept: before.intercept + (before.round === 0 ? up.offset : 0),
    offset: up.offset,
    bestNorm: Math.min(bestNorm ?? Infinity, gradientNorm),
    bestObjective: Math.min(bestObjective ?? Infinity, objective),
    roundsSinceBest: better ? 0 : before.roundsSinceBest + 1,
  };
  return { at, gradientNorm, objective };
}

/** Rounds without a smaller subgradient or loss after which rounding, not the problem, is what is left. */
const PATIENCE = 60;

function stopReason({ spec, round, roundsSinceBest }: Working, gradientNorm: number): StopReason | undefined {
  if (gradientNorm <= spec.tolerance) return 'converged';
  if (roundsSinceBest >= PATIENCE) return 'stalled';
  return round >= spec.maxRounds ? 'max-rounds' : undefined;
}

/**
 * x, by the way to it: so what rounding has done to the scores of θ is in those of x too, and does not grow where θ goes on
 * far beyond x. The intercept, whose metric is h and which no penalty holds, takes its step here.
 */
function pointAt(at: Working, products: Float64Array, up: Up, curvature: number): Point {
  const step = -at.interceptGradient / (at.scale * curvature);
  const constant = step - up.shift;
  const scores = at.scores.map((score, row) => score + (products[row]! + constant));
  return { intercept: at.intercept + step, scores };
}

/** What a difference of two penalised losses may be off by. */
function rounding(objective: number): number {
  return 1e-12 * Math.abs(objective);
}

/** A proximal step in a metric that is large enough takes off at least half of L‖x − θ‖²; this much is asked for. */
const SUFFICIENT = 0.1;

/** Where to go next. */
function moved(
  loss: Loss,
  target: TrainingRows,
  at: Working,
  up: Up,
  x: Point,
  { objective, parties }: { objective: number; parties: number },
): Working {
  const { spec, scale, reached } = at;
  const rows = weighted(target, spec);
  const theta: Point = { scores: at.scores, intercept: at.intercept };
  const points = [x, theta, ...at.points].slice(0, POINTS);
  const atX = loss.residual(x.scores, rows, new Float64Array(target.rows)) / rows.total + penalty(spec, up.x);
  const length = up.length + loss.curvature * (x.intercept - at.intercept) ** 2;

  const back = reached === null ? THETA : BEFORE;
  if (!(atX <= objective - SUFFICIENT * scale * length + rounding(objective))) {
    return restart({ ...at, scale: Math.max(2 * scale, parties) }, points, back);
  }
  if (reached !== null && up.room < 1 && objective > reached + rounding(reached)) {
    // The search knows no signs: it went through a corner, behind which the loss has risen. It is to end at that corner.
    return goOn(at, points, [0, up.room, 1 - up.room]);
  }
  if (reached !== null && !(atX <= reached + rounding(reached))) return restart(at, points, BEFORE);
  const { interceptGradient } = at;
  const weights = searchFace({
    loss,
    rows,
    l2: spec.l2,
    x,
    others: [theta, ...points.slice(2)],
    interceptGradient,
    up,
  });
  return { ...at, ...combined(points, weights), points, reached: atX };
}

/** Among the points: θ, and the x of the round before. */
const THETA = 1;
const BEFORE = 2;

/** Goes on from one of the points, and forgets the others. */
function restart(at: Working, points: readonly Point[], index: number): Working {
  return goOn(
    at,
    points,
    points.map((_, j) => Number(j === index)),
  );
}

/** Goes on from Σ w_j p_j over the newest points, and forgets them all. */
function goOn(at: Working, points: readonly Point[], weights: readonly number[]): Working {
  return { ...at, ...combined(points.slice(0, weights.length), weights), points: [], reached: null };
}

function combined(points: readonly Point[], weights: readonly number[]) {
  const vectors = points.map(({ scores }) => scores);
  return {
    weights: [...weights],
    scores: combination(weights, vectors, vectors[0]?.length ?? 0),
    intercept: points.reduce((sum, { intercept }, j) => sum + weights[j]! * intercept, 0),
  };
}

/** The residual Δ at θ, Δ_i = (v_i / Σv) ∂loss/∂s_i, and where θ is. */
function sendResidual(loss: Loss, target: TrainingRows, at: Working): AggregatorStep {
  const rows = weighted(target, at.spec);
  const residual = new Float64Array(target.rows);
  const meanLoss = loss.residual(at.scores, rows, residual) / rows.total;
  let interceptGradient = 0;
  for (let row = 0; row < target.rows; row++) {
    residual[row]! /= rows.total;
    interceptGradient += residual[row]!;
  }
  requireFinite(meanLoss, interceptGradient);
  const { weights, scale, round } = at;
  return {
    state: writeState({ ...at, loss: meanLoss, interceptGradient }),
    progress: { round, loss: meanLoss, gradientNorm: null },
    next: {
      residual: columnVector(residual),
      down: encodeDown({ weights, scale, residualSum: interceptGradient }),
    },
  };
}
