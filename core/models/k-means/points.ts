import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';

/** Points (c × k, a column each) with point `chosen` of the candidates (c × p) as the last. */
export function withPoint(points: Dense, candidates: Dense, chosen: number): Dense {
  const { rows, columns } = points;
  const result = dense(rows, columns + 1);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) result.data[row * (columns + 1) + j] = points.data[row * columns + j]!;
    result.data[row * (columns + 1) + columns] = candidates.data[row * candidates.columns + chosen]!;
  }
  return result;
}

/** The points from number `from` on. */
export function columnsFrom({ rows, columns, data }: Dense, from: number): Dense {
  const width = columns - from;
  const result = dense(rows, width);
  for (let row = 0; row < rows; row++)
    for (let j = 0; j < width; j++) result.data[row * width + j] = data[row * columns + from + j]!;
  return result;
}

/** ‖·‖² of each point. */
export function squaredNorms({ rows, columns, data }: Dense): number[] {
  const squares = new Array<number>(columns).fill(0);
  for (let row = 0, at = 0; row < rows; row++)
    for (let j = 0; j < columns; j++, at++) squares[j]! += data[at]! ** 2;
  return squares;
}
