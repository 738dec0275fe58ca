import type { Matrix } from './matrix.js';
import { stackColumns } from './stack.js';

/** What has been squared, as long as it is kept: every exchange asks again. */
const known = new WeakMap<Matrix, Matrix>();

/**
 * [D  D∘D], r × 2c: the products by which a model sees second moments of columns without a Gram matrix. The square of an
 * indicator is the indicator, so that one-hot columns are not copied; those of a factorized table are squared in their sources,
 * each cell of T having one owner.
 */
export function withSquares(table: Matrix): Matrix {
  const before = known.get(table);
  if (before !== undefined) return before;
  const both = table.withSquares?.() ?? sideBySide(table);
  known.set(table, both);
  return both;
}

function sideBySide(table: Matrix): Matrix {
  const squares = table.mapZeroPreserving((cell) => cell * cell);
  return stackColumns([table, squares], table.rows);
}
