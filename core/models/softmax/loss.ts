import type { WeightedRows } from '../glm/loss.js';

/**
 * The multinomial log-loss Σ v_i (log Σ_j exp(s_ij) − s_{i,y_i}) over C scores a row. Scores, directions and residuals are n × C,
 * row by row; labels are codes 0 … C−1. A row that weighs nothing may have any label. Sums run over the rows in order, so that
 * they give the same bits wherever they are formed.
 */

/**
 * What the preconditioner takes for the loss's second derivative by the scores of a row: the eigenvalue of diag(p) − p pᵀ at Θ = 0,
 * where it is (I − 1 1ᵀ/C) / C, on scores that sum to zero, as those of all steps do. Böhning's bound ½ (I − 1 1ᵀ/C) (1992) holds
 * everywhere, and is the same for two classes, but far too large for many: with 100 of them it takes 148 rounds instead of 66.
 */
export function curvatureOf(classes: number): number {
  return 1 / classes;
}

/** Loss, and Δ_ij = v_i (p_ij − [y_i = j]) written to `residual`. */
export function residualOf(
  scores: Float64Array,
  { labels, weights }: WeightedRows,
  classes: number,
  residual: Float64Array,
): number {
  const p = new Float64Array(classes);
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    const at = row * classes;
    if (weight === 0) {
      residual.fill(0, at, at + classes);
      continue;
    }
    const label = labels[row]!;
    const logSum = softmax(scores, at, p);
    sum += weight * (logSum - scores[at + label]!);
    for (let j = 0; j < classes; j++) residual[at + j] = weight * (p[j]! - (j === label ? 1 : 0));
  }
  return sum;
}

/** First and second derivative of the loss at scores s + α d by α: Σ v_i (E d − d_{y}) and Σ v_i Var d, under p_i. */
export function lossAlong(
  scores: Float64Array,
  direction: Float64Array,
  { labels, weights }: WeightedRows,
  classes: number,
  alpha: number,
): { first: number; second: number } {
  const moved = new Float64Array(classes);
  const p = new Float64Array(classes);
  let first = 0;
  let second = 0;
  for (let row = 0; row < labels.length; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    if (weight === 0) continue;
    const at = row * classes;
    for (let j = 0; j < classes; j++) moved[j] = scores[at + j]! + alpha * direction[at + j]!;
    softmax(moved, 0, p);
    let mean = 0;
    for (let j = 0; j < classes; j++) mean += p[j]! * direction[at + j]!;
    let variance = 0;
    for (let j = 0; j < classes; j++) variance += p[j]! * (direction[at + j]! - mean) ** 2;
    first += weight * (mean - direction[at + labels[row]!]!);
    second += weight * variance;
  }
  return { first, second };
}

/**
 * p_j = exp(s_j) / Σ exp(s) of the scores that begin at `at`, written to `p`, without overflow.
 * @returns log Σ_j exp(s_j)
 */
export function softmax(scores: Float64Array, at: number, p: Float64Array): number {
  let most = -Infinity;
  for (let j = 0; j < p.length; j++) most = Math.max(most, scores[at + j]!);
  let sum = 0;
  for (let j = 0; j < p.length; j++) {
    p[j] = Math.exp(scores[at + j]! - most);
    sum += p[j]!;
  }
  for (let j = 0; j < p.length; j++) p[j]! /= sum;
  return most + Math.log(sum);
}
