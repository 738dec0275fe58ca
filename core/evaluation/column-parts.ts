import { dense } from '../algebra/dense.js';
import type { Dense, Matrix } from '../algebra/matrix.js';
import { inColumnChunks } from '../algebra/stack.js';
import { sourceColumns, type Encoder } from '../integration/encoder.js';

/** Columns of T as they are at hand where rows are. */
export interface ColumnBlock {
  readonly group: string;
  /** Encoded, n × c. */
  readonly table: Matrix;
  readonly encoder: Encoder;
  /** θ, c × q. */
  readonly theta: Dense;
}

/**
 * What each column, as the user names it, gives to the scores: D[:, f] θ[f], f being all encoded columns that it has become. A few at a
 * time, as one product with θ that is 0 in the rows of other columns.
 */
export function* columnParts({ group, table, encoder, theta }: ColumnBlock): Generator<{
  readonly column: string;
  readonly part: Dense;
}> {
  const sources = sourceColumns(encoder);
  const names = [...new Set(sources)];
  const q = theta.columns;
  const chunks: { from: number; to: number }[] = [];
  inColumnChunks(names.length, (from, to) => chunks.push({ from, to }));
  for (const { from, to } of chunks) {
    const masked = dense(theta.rows, (to - from) * q);
    sources.forEach((source, row) => {
      const at = names.indexOf(source) - from;
      if (at < 0 || at >= to - from) return;
      masked.data.set(theta.data.subarray(row * q, (row + 1) * q), row * masked.columns + at * q);
    });
    const products = table.multiply(masked);
    for (let at = 0; at < to - from; at++)
      yield { column: `${group}.${names[from + at] ?? ''}`, part: columnsFrom(products, at * q, q) };
  }
}

function columnsFrom({ rows, columns, data }: Dense, from: number, count: number): Dense {
  const part = dense(rows, count);
  for (let row = 0; row < rows; row++)
    part.data.set(data.subarray(row * columns + from, row * columns + from + count), row * count);
  return part;
}
