import { cholesky, solveLower, solveLowerTransposed } from '../../../algebra/cholesky.js';
import { dense } from '../../../algebra/dense.js';
import type { RowWeights } from '../row-weights.js';
import type { Loss, WeightedRows } from '../loss.js';
import { dot, plus } from '../../../training/vectors.js';
import type { Up } from './messages.js';

/** A point as the aggregator knows it. */
export interface Point {
  /** T p + b of the training rows. */
  readonly scores: Float64Array;
  /** b of the centred model. */
  readonly intercept: number;
}

export interface Search {
  readonly loss: Loss;
  readonly rows: WeightedRows & RowWeights;
  readonly l2: number;
  /** x, θ, and those of the round before. */
  readonly points: readonly Point[];
  /** Σ_i Δ_i at θ. */
  readonly interceptGradient: number;
  readonly up: Up;
}

const NEWTON_STEPS = 5;
/** Slopes that are left, as a share of what they were. */
const ENOUGH = 1e-4;

/**
 * The minimum of the penalised loss over the points that lie on the face of x, x + Σ a_j (p_j − x), by Newton's method in the
 * a_j: on a face ‖·‖₁ is linear, and all scores are here, so that it takes no exchange (sequential subspace optimisation with
 * shrinkage as preconditioner: Zibulevsky and Elad, *L1-L2 Optimization in Signal and Image Processing*, 2010).
 * @returns weights of the points, which add up to 1
 */
export function searchFace(search: Search): number[] {
  const { points, up } = search;
  const [x, ...others] = points;
  const ways = others.flatMap((point, j) => {
    const way = plus(point.scores, -1, x!.scores);
    return up.away[j] === 0 && dot(way, way) > 0 ? [{ j, way }] : [];
  });
  const found = newton(search, ways);
  const weights = points.map(() => 0);
  weights[0] = 1 - found.reduce((sum, a) => sum + a, 0);
  ways.forEach(({ j }, at) => (weights[j + 1] = found[at]!));
  return weights;
}

interface Way {
  /** Which of the points but x it leads to. */
  readonly j: number;
  /** T (p_j − x), intercepts included. */
  readonly way: Float64Array;
}

function newton(search: Search, ways: readonly Way[]): number[] {
  const nowhere = ways.map(() => 0);
  let a = nowhere;
  let opening: readonly number[] | undefined;
  const slopesAt = slopes(search, ways);
  for (let step = 0; step <= NEWTON_STEPS && ways.length > 0; step++) {
    const scores = along(search, ways, a);
    const slope = slopesAt(scores, a);
    opening ??= slope;
    const h = curvatures(search, ways, scores);
    const sizes = h.map((row, i) => Math.sqrt(row[i]!));
    if (step > 0 && largest(slope, sizes) <= ENOUGH * largest(opening, sizes)) return a;
    if (step === NEWTON_STEPS) break;
    const move = solve(h, sizes, slope);
    if (move === undefined) break;
    a = a.map((value, i) => value + move[i]!);
  }
  // Newton's method has not arrived: x itself is the safe choice.
  return nowhere;
}

/** ∂/∂a_j: vᵀ(p_j − x) from the parties, and what has changed of the smooth part's gradient since θ. */
function slopes({ loss, rows, l2, points, interceptGradient, up }: Search, ways: readonly Way[]) {
  const [x, theta] = points;
  const size = up.gram.rows;
  const atTheta = new Float64Array(x!.scores.length);
  const residual = new Float64Array(x!.scores.length);
  loss.residual(theta!.scores, rows, atTheta);
  return (scores: Float64Array, a: readonly number[]) => {
    loss.residual(scores, rows, residual);
    const change = plus(residual, -1, atTheta);
    return ways.map(({ j, way }) => {
      const ofIntercept = interceptGradient * (points[j + 1]!.intercept - x!.intercept);
      // θ is the first of the points but x: x − θ is the way to it, turned round.
      const penalty = ways.reduce((sum, other, at) => sum + a[at]! * up.gram.data[other.j * size + j]!, 0);
      return up.slopes[j]! + ofIntercept + dot(change, way) / rows.total + l2 * (penalty - up.gram.data[j]!);
    });
  };
}

/** Second derivatives by a_i and a_j; those of two by that along their sum. */
function curvatures(
  { loss, rows, l2, up }: Search,
  ways: readonly Way[],
  scores: Float64Array,
): number[][] {
  const second = (direction: Float64Array) => loss.along(scores, direction, rows, 0).second / rows.total;
  const own = ways.map(({ way }) => second(way));
  const size = up.gram.rows;
  return ways.map((one, i) =>
    ways.map((other, j) => {
      const crossed =
        i === j ? own[i]! : (second(plus(one.way, 1, other.way)) - own[i]! - own[j]!) / 2;
      return crossed + l2 * up.gram.data[one.j * size + other.j]!;
    }),
  );
}

/** −H⁻¹ slope with H scaled to a diagonal of ones; ways that are nearly one count as one. */
function solve(h: readonly number[][], sizes: readonly number[], slope: readonly number[]) {
  const size = sizes.length;
  const unit = dense(size, size);
  h.forEach((row, i) => {
    row.forEach((value, j) => {
      unit.data[i * size + j] = value / (sizes[i]! * sizes[j]!) + (i === j ? 1e-12 : 0);
    });
  });
  const factor = cholesky(unit);
  if (factor === undefined) return undefined;
  const right = Float64Array.from(slope, (value, i) => -value / sizes[i]!);
  return solveLowerTransposed(factor, solveLower(factor, right)).map((value, i) => value / sizes[i]!);
}

function largest(slope: readonly number[], sizes: readonly number[]): number {
  return slope.reduce((most, value, i) => Math.max(most, Math.abs(value) / sizes[i]!), 0);
}

function along({ points }: Search, ways: readonly Way[], a: readonly number[]): Float64Array {
  return ways.reduce((scores, { way }, at) => plus(scores, a[at]!, way), points[0]!.scores);
}
