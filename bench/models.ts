import { argMinRows } from '../core/algebra/arg-min.js';
import { dense } from '../core/algebra/dense.js';
import type { Dense, Matrix } from '../core/algebra/matrix.js';
import { addGram, multiplicativeUpdate } from '../core/algebra/multiplicative-update.js';
import { sigmoidInPlace } from '../core/algebra/sigmoid.js';

// Fixed numbers of iterations from fixed starts, by the operators of Matrix alone, as a model would run them.

/** Numbers that both models and peers begin from. */
export interface Starts {
  /** Step of gradient descent: no larger than 1 / largest eigenvalue of TᵀT / n. */
  readonly step: number;
  /** c × k centres. */
  readonly centres: Dense;
  /** r × 5 and c × 5 factors. */
  readonly w: Dense;
  readonly h: Dense;
}

/** θ after gradient descent on ½‖Tθ − y‖² / n, or on the logistic loss. */
export function gradientDescent(
  table: Matrix,
  labels: Float64Array,
  step: number,
  iterations: number,
  loss: 'squared' | 'logistic',
): Float64Array {
  const theta = dense(table.columns, 1);
  const gradient = dense(table.columns, 1);
  const sum = table.transposedSum(1);
  const rate = step / table.rows;
  const toResidual = loss === 'squared' ? squaredResidual : logisticResidual;
  for (let iteration = 0; iteration < iterations; iteration++) {
    table.productBlocks(theta, (firstRow, block) => {
      toResidual(block.data, labels, firstRow);
      sum.add(firstRow, block);
    });
    sum.finishInto(gradient);
    for (let j = 0; j < theta.data.length; j++) theta.data[j]! -= rate * gradient.data[j]!;
  }
  return theta.data;
}

function squaredResidual(scores: Float64Array, labels: Float64Array, firstRow: number): void {
  for (let row = 0; row < scores.length; row++) scores[row]! -= labels[firstRow + row]!;
}

function logisticResidual(scores: Float64Array, labels: Float64Array, firstRow: number): void {
  sigmoidInPlace(scores);
  squaredResidual(scores, labels, firstRow);
}

/** Centres (c × k) after Lloyd's iterations; a centre that nothing is nearest to stays. */
export function kMeans(table: Matrix, start: Dense, iterations: number): Float64Array {
  const { rows: columns, columns: k } = start;
  const centres = dense(columns, k, start.data.slice());
  const scaled = dense(columns, k);
  const norms = new Float64Array(k);
  const nearest = new Int32Array(table.rows);
  for (let iteration = 0; iteration < iterations; iteration++) {
    norms.fill(0);
    for (let row = 0, at = 0; row < columns; row++) {
      for (let j = 0; j < k; j++, at++) {
        const value = centres.data[at]!;
        norms[j]! += value * value;
        scaled.data[at] = -2 * value;
      }
    }
    table.productBlocks(scaled, (firstRow, block) => argMinRows(block, norms, nearest, firstRow));
    const sizes = new Float64Array(k);
    for (const centre of nearest) sizes[centre]! += 1;
    const sums = table.groupedColumnSums(nearest, k);
    for (let row = 0, at = 0; row < columns; row++)
      for (let j = 0; j < k; j++, at++) if (sizes[j]! > 0) centres.data[at] = sums.data[at]! / sizes[j]!;
  }
  return centres.data;
}

/** H (c × r) after multiplicative updates of T ≈ W Hᵀ (Lee and Seung, 2001), W first. */
export function gaussianNmf(table: Matrix, w0: Dense, h0: Dense, iterations: number): Float64Array {
  const r = w0.columns;
  const w = dense(w0.rows, r, w0.data.slice());
  const h = dense(h0.rows, r, h0.data.slice());
  const numerator = dense(h.rows, r);
  const sum = table.transposedSum(r);
  const hh = dense(r, r);
  addGram(hh, h);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const ww = dense(r, r);
    table.productBlocks(h, (firstRow, block) => {
      const rows = dense(block.rows, r, w.data.subarray(firstRow * r, (firstRow + block.rows) * r));
      multiplicativeUpdate(rows, block, hh, ww);
      sum.add(firstRow, block);
    });
    sum.finishInto(numerator);
    hh.data.fill(0);
    multiplicativeUpdate(h, numerator, ww, hh);
  }
  return h.data;
}
