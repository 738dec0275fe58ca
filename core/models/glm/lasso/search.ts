import { cholesky, solveLower, solveLowerTransposed } from '../../../algebra/cholesky.js';
import { dense } from '../../../algebra/dense.js';
import type { RowWeights } from '../row-weights.js';
import type { Loss, WeightedRows } from '../loss.js';
import { dot, plus, scaled } from '../../../training/vectors.js';
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
  readonly x: Point;
  /** The points but x: θ, and x and θ of the rounds before. */
  readonly others: readonly [Point, ...Point[]];
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
 * @returns weights of x and of the others, which add up to 1
 */
export function searchFace(search: Search): number[] {
  const { x, others, up } = search;
  const ways = others.flatMap((point, j) => {
    const way = plus(point.scores, -1, x.scores);
    return up.away[j] === 0 && dot(way, way) > 0 ? [{ j, way }] : [];
  });
  const found = newton(search, ways);
  const weights = others.map(() => 0);
  ways.forEach(({ j }, at) => (weights[j] = found[at]!));
  return [1 - found.reduce((sum, a) => sum + a, 0), ...weights];
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
    a = a.map((value, i) => value + move[i]!);
  }
  // Newton's method has not arrived: x itself is the safe choice.
  return nowhere;
}

/** ∂/∂a_j: vᵀ(p_j − x) from the parties, and what has changed of the smooth part's gradient since θ. */
function slopes({ loss, rows, l2, x, others, interceptGradient, up }: Search, ways: readonly Way[]) {
  const size = up.gram.rows;
  const atTheta = new Float64Array(x.scores.length);
  const residual = new Float64Array(x.scores.length);
  loss.residual(others[0].scores, rows, atTheta);
  return (scores: Float64Array, a: readonly number[]) => {
    loss.residual(scores, rows, residual);
    const change = plus(residual, -1, atTheta);
    return ways.map(({ j, way }) => {
      const ofIntercept = interceptGradient * (others[j]!.intercept - x.intercept);
      // θ is the first of the points but x: x − θ is the way to it, turned round.
      const penalty = ways.reduce((sum, other, at) => sum + a[at]! * up.gram.data[other.j * size + j]!, 0);
      return up.slopes[j]! + ofIntercept + dot(change, way) / rows.total + l2 * (penalty - up.gram.data[j]!);
    });
  };
}

/** Second derivatives by a_i and a_j; that of two from the one along their sum, both being of length 1 there. */
function curvatures({ loss, rows, l2, up }: Search, ways: readonly Way[], scores: Float64Array): number[][] {
  const second = (direction: Float64Array) => loss.along(scores, direction, rows, 0).second / rows.total;
  const lengths = ways.map(({ way }) => Math.sqrt(dot(way, way)));
  const units = ways.map(({ way }, i) => scaled(1 / lengths[i]!, way));
  const own = units.map(second);
  const size = up.gram.rows;
  return ways.map((one, i) =>
    ways.map((other, j) => {
      const crossed = i === j ? own[i]! : (second(plus(units[i]!, 1, units[j]!)) - own[i]! - own[j]!) / 2;
      return crossed * lengths[i]! * lengths[j]! + l2 * up.gram.data[one.j * size + other.j]!;
    }),
  );
}

/** A way of which no more than this share (of its squared length) is new beside the others leads nowhere but into rounding. */
const NEW = 1e-6;

/** −H⁻¹ slope, over those ways that lead elsewhere than the newer ones. */
function solve(h: readonly number[][], sizes: readonly number[], slope: readonly number[]): number[] {
  const right = slope.map((value, i) => -value / sizes[i]!);
  let kept: number[] = [];
  let factor = dense(0, 0);
  for (const i of sizes.keys()) {
    const more = [...kept, i];
    const unit = more.flatMap((a) => more.map((b) => h[a]![b]! / (sizes[a]! * sizes[b]!)));
    const larger = cholesky(dense(more.length, more.length, Float64Array.from(unit)));
    if (larger === undefined || larger.data[larger.data.length - 1]! ** 2 < NEW) continue;
    kept = more;
    factor = larger;
  }
  const half = solveLower(
    factor,
    Float64Array.from(kept, (i) => right[i]!),
  );
  const found = solveLowerTransposed(factor, half);
  return sizes.map((size, i) => (kept.includes(i) ? found[kept.indexOf(i)]! / size : 0));
}

function largest(slope: readonly number[], sizes: readonly number[]): number {
  return slope.reduce((most, value, i) => Math.max(most, Math.abs(value) / sizes[i]!), 0);
}

function along({ x }: Search, ways: readonly Way[], a: readonly number[]): Float64Array {
  return ways.reduce((scores, { way }, at) => plus(scores, a[at]!, way), x.scores);
}
