import { cholesky, solveLower, solveLowerTransposed } from '../../../algebra/cholesky.js';
import { dense } from '../../../algebra/dense.js';
import type { Dense } from '../../../algebra/matrix.js';
import { plus } from '../../../training/vectors.js';
import { isDiagonal, timesMetric, type Metric } from './metric.js';

/** minimise over x: gᵀ(x − θ) + L/2 (x − θ)ᵀ M (x − θ) + λ₁ ‖x‖₁. */
export interface ProximalProblem {
  readonly metric: Metric;
  /** L. */
  readonly scale: number;
  /** λ₁. */
  readonly l1: number;
  /** θ. */
  readonly theta: Float64Array;
  /** g. */
  readonly gradient: Float64Array;
}

/** What differs from λ₁ by rounding alone counts as λ₁, so that a tie is a zero however sums were formed. */
const TIE = 1e-12;

/** sign(z) max(|z| − λ₁, 0). */
export function softThreshold(z: number, l1: number): number {
  const excess = Math.abs(z) - l1;
  return excess <= TIE * l1 ? 0 : Math.sign(z) * excess;
}

/** x as it is being found, and the gradient r = g + L M (x − θ) of the smooth part there. */
interface Iterate {
  readonly x: Float64Array;
  readonly r: Float64Array;
}

const MOST_PASSES = 200;
const SWEEPS_A_PASS = 50;

/**
 * The proximal step of a party in its metric, to rounding: coordinate descent (Friedman, Hastie and Tibshirani, *Regularization
 * Paths for Generalized Linear Models via Coordinate Descent*, 2010) finds the signs; with given signs the problem is linear.
 * Ends when a sweep from the solution for given signs changes none of them: then it solves the whole.
 */
export function proximalStep(problem: ProximalProblem): Float64Array {
  const { metric, scale, l1, theta, gradient } = problem;
  if (isDiagonal(metric.matrix)) {
    return theta.map((value, i) => {
      const m = scale * metric.matrix.data[i]!;
      return softThreshold(m * value - gradient[i]!, l1) / m;
    });
  }
  const at: Iterate = { x: Float64Array.from(theta), r: Float64Array.from(gradient) };
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    for (let sweeps = 0; sweeps < SWEEPS_A_PASS && sweep(problem, at); sweeps++);
    solveForSigns(problem, at);
    if (!sweep(problem, at)) break;
  }
  return at.x;
}

/** Minimises over one coordinate after the other; tells if a sign has changed. */
function sweep({ metric, scale, l1 }: ProximalProblem, { x, r }: Iterate): boolean {
  const { columns, data } = metric.matrix;
  let changed = false;
  for (let j = 0; j < columns; j++) {
    const before = x[j]!;
    const m = scale * data[j * columns + j]!;
    const after = softThreshold(m * before - r[j]!, l1) / m;
    if (after === before) continue;
    x[j] = after;
    changed ||= Math.sign(after) !== Math.sign(before);
    const factor = scale * (after - before);
    for (let i = 0; i < columns; i++) r[i]! += factor * data[j * columns + i]!;
  }
  return changed;
}

/**
 * Goes to the minimum over the coordinates that are not 0 with the signs that they have. One that would change its sign
 * becomes 0 on the way, and the way goes on without it: the objective falls all along.
 */
function solveForSigns(problem: ProximalProblem, { x, r }: Iterate): void {
  const { metric, scale, l1, theta, gradient } = problem;
  for (;;) {
    const support = [...x.keys()].filter((i) => x[i] !== 0);
    const factor = cholesky(restricted(metric.matrix, support));
    if (factor === undefined) return;
    const slope = Float64Array.from(support, (i) => -(r[i]! + l1 * Math.sign(x[i]!)) / scale);
    const step = solveLowerTransposed(factor, solveLower(factor, slope));
    const crossings = support.map((i, at) => (x[i]! * step[at]! < 0 ? -x[i]! / step[at]! : Infinity));
    const length = crossings.reduce((least, crossing) => Math.min(least, crossing), 1);
    support.forEach((i, at) => {
      x[i] = length < 1 && crossings[at]! <= length ? 0 : x[i]! + length * step[at]!;
    });
    r.set(plus(gradient, scale, timesMetric(metric, plus(x, -1, theta))));
    if (length === 1) return;
  }
}

function restricted({ columns, data }: Dense, support: readonly number[]): Dense {
  const size = support.length;
  const square = dense(size, size);
  support.forEach((i, row) => {
    support.forEach((j, column) => (square.data[row * size + column] = data[i * columns + j]!));
  });
  return square;
}
