import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';

/** The upper triangle of a symmetric matrix, row by row: half the numbers to keep. */
export function packed({ columns: r, data }: Dense): Float64Array {
  const triangle = new Float64Array((r * (r + 1)) / 2);
  for (let i = 0, at = 0; i < r; i++) for (let j = i; j < r; j++, at++) triangle[at] = data[i * r + j]!;
  return triangle;
}

export function unpacked(triangle: Float64Array): Dense {
  const r = Math.floor(Math.sqrt(2 * triangle.length));
  const square = dense(r, r);
  for (let i = 0, at = 0; i < r; i++) {
    for (let j = i; j < r; j++, at++) {
      square.data[i * r + j] = triangle[at]!;
      square.data[j * r + i] = triangle[at]!;
    }
  }
  return square;
}
