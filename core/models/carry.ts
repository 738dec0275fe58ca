import { dense } from '../algebra/dense.js';
import type { Dense } from '../algebra/matrix.js';
import type { CarriedColumns } from '../integration/carried-columns.js';
import type { ColumnStart } from '../training/program.js';

/** θ that columns are multiplied by: scores stay what they were, up to a `shift` of all of them. */
export function carryWeights(before: Dense, { columns, constants }: CarriedColumns): ColumnStart {
  const q = before.columns;
  const theta = dense(columns.length, q);
  columns.forEach(({ terms }, row) => {
    for (const { from, factor } of terms)
      for (let j = 0; j < q; j++) theta.data[row * q + j]! += factor * before.data[from * q + j]!;
  });
  const shift = new Float64Array(q);
  for (const [from, constant] of constants)
    for (let j = 0; j < q; j++) shift[j]! += constant * before.data[from * q + j]!;
  return { theta, known: Float64Array.from(columns, ({ terms }) => Number(terms.length > 0)), shift };
}

/** Coordinates of points, in units of the columns: (x − offset) / factor. */
export function carryPoints(before: Dense, carried: CarriedColumns): ColumnStart {
  return carrySame(before, carried, (value, { factor, offset }) => (value - offset) / factor);
}

/** Lengths along the columns, which no centre moves. */
export function carryLengths(before: Dense, carried: CarriedColumns): ColumnStart {
  return carrySame(before, carried, (value, { factor }) => value / factor);
}

/** Means, then variances: those of a column that is new are 0 and 1. */
export function carryComponents(before: Dense, carried: CarriedColumns): ColumnStart {
  const isMean = (column: number) => column < before.columns / 2;
  return carrySame(
    before,
    carried,
    (value, { factor, offset }, column) => (isMean(column) ? (value - offset) / factor : value / factor ** 2),
    (column) => (isMean(column) ? 0 : 1),
  );
}

type Same = NonNullable<CarriedColumns['columns'][number]['same']>;

function carrySame(
  before: Dense,
  { columns }: CarriedColumns,
  now: (value: number, same: Same, column: number) => number,
  fresh: (column: number) => number = () => 0,
): ColumnStart {
  const q = before.columns;
  const theta = dense(columns.length, q);
  columns.forEach(({ same }, row) => {
    for (let j = 0; j < q; j++)
      theta.data[row * q + j] = same ? now(before.data[same.from * q + j]!, same, j) : fresh(j);
  });
  return { theta, known: Float64Array.from(columns, ({ same }) => Number(same !== undefined)) };
}
