import { columnVector } from '../../../algebra/dense.js';
import type { Matrix } from '../../../algebra/matrix.js';
import type { ModelSpec } from '../../../job/schema.js';
import type { TrainingRows } from '../../../training/program.js';
import { requireFinite } from '../../../training/require-finite.js';
import { weighted } from '../aggregator.js';
import { minimizeAlong } from '../line-search.js';
import type { Loss, WeightedRows } from '../loss.js';
import { sparseSpec } from '../party.js';

/** Newton's steps from the end of the line search: each doubles the digits. */
const MOST_STEPS = 8;

/** The intercept of least loss where θ = 0, to rounding. */
export function interceptAtZero(loss: Loss, rows: WeightedRows): number {
  const zero = new Float64Array(rows.labels.length);
  const ones = new Float64Array(rows.labels.length).fill(1);
  const along = (intercept: number) => loss.along(zero, ones, rows, intercept);
  const slope = along(0).first;
  const sign = slope > 0 ? -1 : 1;
  const signed = ones.map((one) => sign * one);
  const near = minimizeAlong((b) => loss.along(zero, signed, rows, b), -Math.abs(slope));
  let intercept = sign * near;
  let at = along(intercept);
  for (let step = 0; step < MOST_STEPS && at.first !== 0; step++) {
    const next = intercept - at.first / at.second;
    const there = along(next);
    if (!(Math.abs(there.first) < Math.abs(at.first))) break;
    [intercept, at] = [next, there];
  }
  return intercept;
}

/**
 * λ_max, the least λ₁ at which all parameters are 0, with whatever λ₂: max_j |∂loss/∂θ_j| at θ = 0 with the intercept that is best there
 * (Friedman, Hastie and Tibshirani, *Regularization Paths for Generalized Linear Models via Coordinate Descent*, 2010, §2.5).
 * @throws AMALUR_DIVERGED where the gradient is not finite
 */
export function largestL1(loss: Loss, table: Matrix, target: TrainingRows, spec: ModelSpec): number {
  const rows = weighted(target, sparseSpec(spec));
  const intercept = interceptAtZero(loss, rows);
  const residual = new Float64Array(target.rows);
  loss.residual(new Float64Array(target.rows).fill(intercept), rows, residual);
  const shares = residual.map((value) => value / rows.total);
  const gradient = table.transposedMultiply(columnVector(shares)).data;
  const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  requireFinite(largest);
  return largest;
}
