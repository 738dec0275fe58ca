import { cholesky, solveLower, solveLowerTransposed } from '../../algebra/cholesky.js';
import { columnVector, dense } from '../../algebra/dense.js';
import type { Dense, Matrix } from '../../algebra/matrix.js';
import type { Moments } from '../../training/moments.js';
import type { TrainingRows } from '../../training/program.js';
import { dot, plus } from '../../training/vectors.js';
import { rowWeights } from './row-weights.js';

export interface RidgeSolution {
  /** θ, length c. */
  readonly theta: Float64Array;
  readonly intercept: number;
  /** Mean loss there, without penalty. */
  readonly loss: number;
  /** Norm of the gradient of the penalised loss there, intercept included. */
  readonly gradientNorm: number;
}

/** Share of a column's mean square that has to be left as pivot for the column to be independent of those before it, and of 1. */
const INDEPENDENT = 1e-10;

/** Corrections by the residual: two take the error of the normal equations back to that of the data (Björck, 1996, §2.9). */
const REFINEMENTS = 3;

/**
 * min Σ v_i ½ (t_iᵀθ + b − y_i)² / Σ v + λ/2 ‖θ‖² by the normal equations of the centred problem, T only being asked for its
 * Gram matrix and products, so that it need not be built (Schleich, Olteanu and Ciucanu, "Learning linear regression models
 * over factorized joins", SIGMOD 2016):
 *
 *     (Tᵀ V T / Σv − μ μᵀ + λ I) θ = Tᵀ V (y − ȳ) / Σv,   b = ȳ − μᵀ θ,   μ = Tᵀ v / Σv
 *
 * @param moments Tᵀ v / Σv and Tᵀ V T / Σv, where they are known already; a mere diagonal is of no use
 * @returns undefined where columns are linearly dependent and nothing is penalised: then no θ is the only one
 */
export function solveRidge(
  table: Matrix,
  target: TrainingRows,
  l2: number,
  tolerance: number,
  moments?: Moments,
): RidgeSolution | undefined {
  const { weights, total } = rowWeights(target, 'none');
  const { offsets } = target;
  // What is added to a score might as well be taken off the label.
  const labels = offsets ? plus(target.labels, -1, offsets) : target.labels;
  const known = moments?.second.columns === table.columns ? moments : undefined;
  const { mean, second } = known ?? momentsUnder(table, weights, total);
  const factor = independent(centred(second, mean, l2), mean);
  if (!factor) return undefined;
  const average = (values: Float64Array) =>
    dot(weights ?? new Float64Array(values.length).fill(1), values) / total;

  let theta: Float64Array = new Float64Array(table.columns);
  let intercept = average(labels);
  let at = objective(table, labels, weights, total, l2, theta, intercept);
  // The first correction, from θ = 0, is the solution; the others mend what rounding has left.
  for (let pass = 0; pass <= REFINEMENTS && (pass === 0 || at.gradientNorm > tolerance); pass++) {
    const gradient = plus(at.gradient, -at.slope, mean);
    const next = plus(theta, -1, solveLowerTransposed(factor, solveLower(factor, gradient)));
    const offset = intercept - at.slope - dot(mean, plus(next, -1, theta));
    const there = objective(table, labels, weights, total, l2, next, offset);
    if (pass > 0 && !(there.gradientNorm < at.gradientNorm)) break;
    [theta, intercept, at] = [next, offset, there];
  }
  return { theta, intercept, loss: at.loss, gradientNorm: at.gradientNorm };
}

/** Square also where there are too many columns to whiten. */
function momentsUnder(table: Matrix, weights: Float64Array | undefined, total: number): Moments {
  const { rows, columns, data } = table.gram(weights);
  const share = (sum: number) => sum / total;
  return { mean: table.columnSums(weights).map(share), second: dense(rows, columns, data.map(share)) };
}

function centred({ rows, columns, data }: Dense, mean: Float64Array, l2: number): Dense {
  return dense(
    rows,
    columns,
    data.map((second, at) => {
      const [i, j] = [Math.floor(at / columns), at % columns];
      return second - mean[i]! * mean[j]! + (i === j ? l2 : 0);
    }),
  );
}

/** L with L Lᵀ = A, unless rounding, of the centring too, is all that is left of a pivot. */
function independent(a: Dense, mean: Float64Array): Dense | undefined {
  const factor = cholesky(a);
  const n = a.rows;
  for (let i = 0; factor && i < n; i++) {
    const square = a.data[i * n + i]! + mean[i]! ** 2;
    if (!(factor.data[i * n + i]! ** 2 > INDEPENDENT * square)) return undefined;
  }
  return factor;
}

/** Loss, gradient Tᵀ r + λθ and slope Σ r by the intercept, with r = V (Tθ + b − y) / Σv. */
function objective(
  table: Matrix,
  labels: Float64Array,
  weights: Float64Array | undefined,
  total: number,
  l2: number,
  theta: Float64Array,
  intercept: number,
) {
  const scores = table.multiply(columnVector(theta)).data;
  const residual = new Float64Array(labels.length);
  let loss = 0;
  let slope = 0;
  for (let row = 0; row < labels.length; row++) {
    const difference = scores[row]! + intercept - labels[row]!;
    const share = (weights === undefined ? 1 : weights[row]!) / total;
    residual[row] = share * difference;
    slope += residual[row]!;
    loss += 0.5 * share * difference * difference;
  }
  const gradient = plus(table.transposedMultiply(columnVector(residual)).data, l2, theta);
  return { loss, slope, gradient, gradientNorm: Math.sqrt(dot(gradient, gradient) + slope * slope) };
}
