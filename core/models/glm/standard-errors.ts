import { cholesky, solveLower } from '../../algebra/cholesky.js';
import { dense } from '../../algebra/dense.js';
import type { Dense, Matrix } from '../../algebra/matrix.js';
import type { TrainingRows } from '../../training/program.js';
import { dot } from '../../training/vectors.js';
import type { StandardErrors } from '../family.js';
import type { Likelihood } from './loss.js';
import type { GlmSpec } from './party.js';

/** Columns up to which the Gram matrix is formed: from more of them it would take longer than the training. */
export const MOST_COLUMNS = 1024;

/** Share of a column's mean square that has to be left as pivot for its coefficient to be told from those before it. */
const INDEPENDENT = 1e-10;

/**
 * Standard errors of θ and b: the square roots of the diagonal of φ (T̃ᵀ W T̃ + λ Σv J)⁻¹ with T̃ = [T 1], W = diag(v_i times the
 * information of row i on its score), J the identity but for the intercept, and the dispersion φ (McCullagh and Nelder,
 * "Generalized Linear Models", 1989, §2.5 and §9.2.3). With λ > 0 it is the spread of θ under the prior that the penalty is.
 * @param weights v, of rows alone; undefined: all 1
 * @returns undefined where columns depend on each other and nothing is penalised, or rows are too few for a dispersion
 */
export function standardErrors(
  { information, pearson }: Likelihood,
  table: Matrix,
  { rows, labels, weights, offsets }: TrainingRows,
  { l2 }: Pick<GlmSpec, 'l2'>,
  theta: Dense,
  intercept: number,
): StandardErrors | undefined {
  const scores = table.multiply(theta).data.map((score, row) => score + intercept + (offsets?.[row] ?? 0));
  const v = weights ?? new Float64Array(rows).fill(1);
  // A row that weighs nothing may have any score, so that its information may be beyond numbers.
  const w = scores.map((score, row) => (v[row] === 0 ? 0 : v[row]! * information(score)));
  const [total, all] = [sum(w), sum(v)];
  const mean = table.columnSums(w).map((column) => column / total);
  const factor = cholesky(centred(table.gram(w), mean, total, l2 * all));
  if (!factor || !isIndependent(factor, mean, total)) return undefined;

  const inverse = Float64Array.from(mean, (_, column) =>
    squaredNorm(solveLower(factor, unit(mean.length, column))),
  );
  // Each penalised direction is fitted in part only.
  const fitted = mean.length + 1 - l2 * all * sum(inverse);
  const phi = pearson ? dispersion(pearson, scores, labels, v, fitted) : 1;
  if (phi === undefined) return undefined;
  const errors = {
    theta: inverse.map((variance) => Math.sqrt(phi * variance)),
    intercept: Math.sqrt(phi * (1 / total + squaredNorm(solveLower(factor, mean)))),
  };
  return [...errors.theta, errors.intercept].every(Number.isFinite) ? errors : undefined;
}

/** Tᵀ W T − Σw μ μᵀ + penalty I: what of TᵀWT an intercept does not explain. */
function centred({ rows, columns, data }: Dense, mean: Float64Array, total: number, penalty: number): Dense {
  return dense(
    rows,
    columns,
    data.map((product, at) => {
      const [i, j] = [Math.floor(at / columns), at % columns];
      return product - total * mean[i]! * mean[j]! + (i === j ? penalty : 0);
    }),
  );
}

function isIndependent({ rows, data }: Dense, mean: Float64Array, total: number): boolean {
  return mean.every((value, i) => {
    const row = data.subarray(i * rows, i * rows + i + 1);
    const pivot = row[i]! ** 2;
    return pivot > INDEPENDENT * (squaredNorm(row) + total * value ** 2);
  });
}

/** Σ v pearson² / (rows that weigh anything − parameters fitted). */
function dispersion(
  pearson: (score: number, label: number) => number,
  scores: Float64Array,
  labels: Float64Array,
  v: Float64Array,
  fitted: number,
): number | undefined {
  const counted = v.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
  if (counted - fitted <= 1e-9) return undefined;
  const squares = labels.reduce(
    (all, label, row) => (v[row] === 0 ? all : all + v[row]! * pearson(scores[row]!, label) ** 2),
    0,
  );
  return squares / (counted - fitted);
}

function unit(length: number, at: number): Float64Array {
  const vector = new Float64Array(length);
  vector[at] = 1;
  return vector;
}

function squaredNorm(vector: Float64Array): number {
  return dot(vector, vector);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
