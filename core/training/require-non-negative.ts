import { identityColumns } from '../algebra/dense.js';
import type { Matrix } from '../algebra/matrix.js';
import { inColumnChunks } from '../algebra/stack.js';
import { AmalurError } from '../errors.js';

/**
 * @param names of the table's columns
 * @param counts n_k: rows that do not occur among the training rows may hold anything
 * @throws AMALUR_NEGATIVE_VALUES if a cell of a training row is below 0
 */
export function requireNonNegative(table: Matrix, names: readonly string[], counts: Float64Array): void {
  inColumnChunks(table.columns, (from, to) => {
    const width = to - from;
    table.productBlocks(identityColumns(table.columns, from, to), (firstRow, { data }) => {
      const at = data.findIndex((value, i) => value < 0 && counts[firstRow + Math.floor(i / width)]! > 0);
      if (at >= 0) refuse(names[from + (at % width)] ?? '');
    });
  });
}

function refuse(column: string): never {
  throw new AmalurError(
    'AMALUR_NEGATIVE_VALUES',
    `${column} has values below 0, and a non-negative matrix factorisation takes none`,
    { field: 'features.scale', suggestion: 'set features.scale to "min-max", or leave the column out' },
  );
}
