import { dense } from '../algebra/dense.js';
import type { Dense, Matrix } from '../algebra/matrix.js';

/**
 * [D Θ | ‖d_i‖²], r × (q + 1): for models whose predictions or measures need the size of a row. Both add up over parties,
 * whose columns are different ones.
 */
export function scoresWithNorms(table: Matrix, theta: Dense): Dense {
  const products = table.multiply(theta);
  const norms = table.squaredRowNorms();
  const { rows, columns: q } = products;
  const scores = dense(rows, q + 1);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < q; j++) scores.data[row * (q + 1) + j] = products.data[row * q + j]!;
    scores.data[row * (q + 1) + q] = norms[row]!;
  }
  return scores;
}

/** T Θ and ‖t_i‖², from such scores. */
export function splitNorms({ rows, columns, data }: Dense): { products: Dense; norms: Float64Array } {
  const q = columns - 1;
  const products = dense(rows, q);
  const norms = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < q; j++) products.data[row * q + j] = data[row * columns + j]!;
    norms[row] = data[row * columns + q]!;
  }
  return { products, norms };
}
