import type { DenseBlock } from './dense-block.js';
import { between, distinct } from './quantiles.js';

export interface Spline {
  /** Where the pieces meet, from the smallest training value to the largest; ascending, at least two. */
  readonly knots: readonly number[];
  /** Of each piece. */
  readonly degree: number;
  /** Beyond the knots: the basis at the end, or its tangent there. Default: constant. */
  readonly extrapolation?: 'linear';
}

/** So many knots at equal distances. */
export function uniformKnots(min: number, max: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => between(min, max, at / (count - 1)));
}

/** Equal knots are one; beside the only value of a column that has one there is another, as the scale of such a column is 1. */
export function separateKnots(knots: readonly number[]): readonly number[] {
  const [first = 0, ...others] = distinct(knots);
  if (others.length > 0) return [first, ...others];
  const width = Math.max(1, Math.abs(first));
  return first > 0 ? [first - width, first] : [first, first + width];
}

/** Functions of the basis: those that are not 0 on one piece, and another for each further piece. */
export function splineWidth({ knots, degree }: Spline): number {
  return knots.length - 1 + degree;
}

/**
 * The B-spline basis over the knots (de Boor, A Practical Guide to Splines, 1978, ch. X): nowhere negative, and between the knots 1 in
 * sum. Beyond its ends knots repeat the distance of the last two, as in scikit-learn's SplineTransformer.
 */
export function splineBlock(spline: Spline): DenseBlock {
  const { degree, extrapolation } = spline;
  const columns = splineWidth(spline);
  const [unit, t] = paddedKnots(spline);
  const [first, last] = [t[degree]!, t[columns]!];
  /** The piece that x is in, between t[piece] and t[piece + 1]; the last one is closed. */
  const pieceOf = (x: number) => {
    let piece = degree;
    while (piece < columns - 1 && t[piece + 1]! <= x) piece++;
    return piece;
  };
  const basis = new Float64Array(degree + 1);
  const slopes = new Float64Array(degree + 1);
  return {
    columns,
    write(cell, into, at) {
      const x = cell * unit;
      const inside = Math.min(Math.max(x, first), last);
      const piece = pieceOf(inside);
      basisAt(t, piece, degree, inside, basis);
      if (x !== inside && extrapolation === 'linear') {
        slopesAt(t, piece, degree, inside, slopes);
        for (let s = 0; s <= degree; s++) basis[s]! += (x - inside) * slopes[s]!;
      }
      into.set(basis, at + piece - degree);
    },
  };
}

/** The knots with `degree` more on each side, in a unit (a power of two) in which their differences do not overflow. */
export function paddedKnots({ knots, degree }: Spline): readonly [number, Float64Array] {
  const end = knots.length - 1;
  const largest = Math.max(Math.abs(knots[0]!), Math.abs(knots[end]!));
  const unit = largest > 2 ** 1000 ? 2 ** -24 : 1;
  const inner = knots.map((knot) => knot * unit);
  const [first, last] = [inner[0]!, inner[end]!];
  const [before, after] = [inner[1]! - first, last - inner[end - 1]!];
  const steps = Array.from({ length: degree }, (_, step) => step + 1);
  const t = [
    ...steps.map((step) => first - step * before).reverse(),
    ...inner,
    ...steps.map((step) => last + step * after),
  ];
  return [unit, Float64Array.from(t)];
}

/** For each function of the basis the mean of the knots inside its support, held within the outermost: where the curve is near its coefficient. */
export function grevillePoints(spline: Spline): readonly number[] {
  const { degree } = spline;
  const [unit, t] = paddedKnots(spline);
  const columns = splineWidth(spline);
  return Array.from({ length: columns }, (_, at) => {
    const own = t.subarray(at + 1, at + 1 + degree);
    const mean = own.reduce((sum, knot) => sum + knot / degree, 0);
    return Math.min(Math.max(mean, t[degree]!), t[columns]!) / unit;
  });
}

/** The `degree` + 1 functions that are not 0 in a piece (Piegl and Tiller, The NURBS Book, 1997, algorithm A2.2). */
function basisAt(t: Float64Array, piece: number, degree: number, x: number, into: Float64Array): void {
  into[0] = 1;
  for (let d = 1; d <= degree; d++) {
    let saved = 0;
    for (let r = 0; r < d; r++) {
      const [left, right] = [t[piece + 1 - d + r]!, t[piece + 1 + r]!];
      const passed = (x - left) / (right - left);
      const whole = into[r]!;
      into[r] = saved + (1 - passed) * whole;
      saved = passed * whole;
    }
    into[d] = saved;
  }
}

/** Their derivatives: B′_q = d (B_q,d−1 / (t_q+d − t_q) − B_q+1,d−1 / (t_q+d+1 − t_q+1)). */
function slopesAt(t: Float64Array, piece: number, degree: number, x: number, into: Float64Array): void {
  const lower = new Float64Array(degree);
  basisAt(t, piece, degree - 1, x, lower);
  for (let s = 0; s <= degree; s++) {
    const rising = s === 0 ? 0 : lower[s - 1]! / (t[piece + s]! - t[piece + s - degree]!);
    const falling = s === degree ? 0 : lower[s]! / (t[piece + s + 1]! - t[piece + s + 1 - degree]!);
    into[s] = degree * (rising - falling);
  }
}
