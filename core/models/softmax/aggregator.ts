import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import type { AggregatorProgram, AggregatorStep, TrainingRows } from '../../training/program.js';
import { requireFinite } from '../../training/require-finite.js';
import { vectorTensor } from '../../training/tensors.js';
import { dot, plus, scaled } from '../../training/vectors.js';
import { nextStep, stopReason, takeIn } from '../glm/descent.js';
import type { WeightedRows } from '../glm/loss.js';
import type { RowWeights } from '../glm/row-weights.js';
import { classRowWeights } from './class-weights.js';
import { curvatureOf, lossAlong, residualOf } from './loss.js';
import { decodeUp, type SoftmaxUp } from './party.js';
import { placesOf } from './places-of.js';
import { softmaxSpec, type SoftmaxSpec } from './spec.js';
import { readState, writeState, type Working } from './state.js';

/**
 * The aggregator of a softmax regression: as that of a generalised linear model (`glm/aggregator.ts`), every vector over the rows
 * of T having C numbers a row.
 */
export const softmaxAggregator: AggregatorProgram = {
  start(target, spec) {
    const classes = classesOf(target).length;
    const scores = new Float64Array(target.rows * classes);
    return begin(target, softmaxSpec(spec), scores, new Float64Array(classes));
  },

  startAt(target, spec, { products, own, shift, classes: before }) {
    const classes = classesOf(target);
    const places = before && placesOf(classes, before);
    const intercepts = classes.map((_, at) => own[places?.[at] ?? at] ?? 0);
    const moved = Float64Array.from(intercepts, (intercept, at) => intercept + (shift[at] ?? 0));
    const scores = products.data.map((product, at) => product + moved[at % classes.length]!);
    return begin(target, softmaxSpec(spec), scores, moved);
  },

  step(target, state, products, ups) {
    const parts = ups.map(decodeUp);
    const received = receive(readState(state), products, parts);
    const { round, loss, gradientNorm } = received;
    const progress = { round, loss, gradientNorm };
    const stop = stopReason(received);
    const moved = stop === undefined ? descend(target, received, parts) : undefined;
    if (moved === undefined)
      return { state: writeState(received), progress, next: { done: stop ?? 'stalled' } };
    return { ...sendResidual(target, moved), progress };
  },

  /** Adding one number to all intercepts changes nothing: they are given with the sum 0. */
  parameters(state) {
    const { intercepts, offsets } = readState(state);
    const own = plus(intercepts, -1, offsets);
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    return own.map((value) => value - mean);
  },
};

/**
 * @param scores T Θ + 1 bᵀ, row by row
 * @param intercepts b
 */
function begin(
  target: TrainingRows,
  spec: SoftmaxSpec,
  scores: Float64Array,
  intercepts: Float64Array,
): AggregatorStep {
  const { length } = intercepts;
  const blank = {
    spec,
    round: 0,
    loss: 0,
    bestNorm: Infinity,
    roundsSinceBest: 0,
    products: undefined,
    pending: new Float64Array(0),
    gram: undefined,
    penalties: undefined,
    step: null,
    intercepts,
    offsets: new Float64Array(length),
    interceptBasis: undefined,
    interceptGradient: new Float64Array(length),
    scores,
  };
  const opening = sendResidual(target, blank);
  return { ...opening, progress: { round: 0, loss: readState(opening.state).loss, gradientNorm: null } };
}

/** Takes in what the parties sent: T Γ, centred and with the intercepts' column; dot products; the pair of the last step. */
function receive(before: Working, uncentred: Dense, parts: readonly SoftmaxUp[]) {
  const { interceptGradient } = before;
  const classes = interceptGradient.length;
  const root = rootOf(classes);
  const g = scaled(1 / root, interceptGradient);
  const added = (pick: (part: SoftmaxUp) => Float64Array) =>
    parts.reduce<Float64Array>((sum, part) => plus(sum, 1, pick(part)), new Float64Array(classes));
  const shift = added((part) => part.shift);
  const constant = plus(scaled(1 / root, g), -1, shift);
  const productsOfG = uncentred.data.map((product, at) => product + constant[at % classes]!);
  const square = dot(interceptGradient, interceptGradient);
  const offsets = added(({ offset }) => offset);
  // A training begins with the intercepts of the model; only now is it known what centring adds at its Θ.
  const intercepts = before.round === 0 ? plus(before.intercepts, 1, offsets) : before.intercepts;
  return { ...takeIn(before, productsOfG, g, square, parts), offsets, intercepts };
}

type Received = ReturnType<typeof receive>;

/** The step along the direction of L-BFGS; undefined if there is none any more. */
function descend(target: TrainingRows, at: Received, parts: readonly SoftmaxUp[]): Working | undefined {
  const rows = weighted(target, at.spec);
  const classes = at.intercepts.length;
  const moved = nextStep(at, parts, (direction, alpha) => {
    const { first, second } = lossAlong(at.scores, direction, rows, classes, alpha);
    return { first: first / rows.total, second: second / rows.total };
  });
  if (moved === undefined) return undefined;
  const { step, pending, intercepts } = moved;
  return {
    ...at,
    step,
    pending,
    scores: plus(at.scores, 1, pending),
    intercepts: plus(at.intercepts, step.alpha / rootOf(classes), intercepts),
  };
}

/** The residual Δ at the new scores, Δ_ij = (v_i / Σv) (p_ij − [y_i = j]), and the step that the parties are to take. */
function sendResidual(target: TrainingRows, at: Working): Pick<AggregatorStep, 'state' | 'next'> {
  const rows = weighted(target, at.spec);
  const classes = at.intercepts.length;
  const residual = new Float64Array(at.scores.length);
  const meanLoss = residualOf(at.scores, rows, classes, residual) / rows.total;
  const interceptGradient = new Float64Array(classes);
  for (let i = 0; i < residual.length; i++) {
    residual[i]! /= rows.total;
    interceptGradient[i % classes]! += residual[i]!;
  }
  requireFinite(meanLoss, ...interceptGradient);
  const down = {
    json: { step: at.step },
    tensors: { residualSums: vectorTensor(interceptGradient) },
  };
  return {
    state: writeState({ ...at, loss: meanLoss, interceptGradient }),
    next: { residual: dense(target.rows, classes, residual), down },
  };
}

/** Labels with the weights that rows and their classes have. */
function weighted(target: TrainingRows, { classWeights }: SoftmaxSpec): WeightedRows & RowWeights {
  return { labels: target.labels, ...classRowWeights(target, classesOf(target), classWeights) };
}

/** √h: scales the intercepts' column as the parties scale theirs. */
function rootOf(classes: number): number {
  return Math.sqrt(curvatureOf(classes));
}

function classesOf({ classes }: TrainingRows): readonly string[] {
  if (classes === undefined) throw new Error('a softmax regression needs to know the classes of its labels');
  return classes;
}
