import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';

/** [1 e_t …], n × (1 + p): the sum of all rows of T, and rows that are picked out. */
export function onesAnd(rows: readonly number[], n: number): Dense {
  const columns = 1 + rows.length;
  const result = dense(n, columns);
  for (let row = 0; row < n; row++) result.data[row * columns] = 1;
  rows.forEach((row, at) => (result.data[row * columns + 1 + at] = 1));
  return result;
}
