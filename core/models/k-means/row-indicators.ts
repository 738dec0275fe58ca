import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';

/** [e_t …], n × p: picks rows out of T; after a column of ones if `withOnes`, which adds all of them up. */
export function rowIndicators(n: number, rows: readonly number[], withOnes: boolean): Dense {
  const first = withOnes ? 1 : 0;
  const columns = first + rows.length;
  const result = dense(n, columns);
  if (withOnes) for (let row = 0; row < n; row++) result.data[row * columns] = 1;
  rows.forEach((row, at) => (result.data[row * columns + first + at] = 1));
  return result;
}
