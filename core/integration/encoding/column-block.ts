import { dense } from '../../algebra/dense.js';
import { columnOffsets } from '../../algebra/stack.js';
import type { Dense } from '../../algebra/matrix.js';
import type { OneHotColumn } from '../../algebra/one-hot.js';
import type { ColumnEncoding, DenseEncoding } from '../encoder.js';
import { denseBlock } from './dense-block.js';
import { columnOf, type FeatureData } from './feature-data.js';
import { codesOf } from './index-blocks.js';
import { targetCells } from './target-cells.js';

/** The columns that a column is encoded as, but for its indicator: numbers, or one code a row. */
export type ColumnBlock = { readonly numbers: Dense } | { readonly codes: OneHotColumn };

/** @param rows source row for each row wanted, −1 for a row without a match; default: every source row once */
export function columnBlock(data: FeatureData, encoding: ColumnEncoding, rows?: Int32Array): ColumnBlock {
  const codes = codesOf(data, encoding);
  if (codes !== undefined) return { codes: gathered(codes, rows) };
  if (encoding.kind === 'categorical' || encoding.kind === 'hash') throw new Error('a category has codes');
  return { numbers: denseCells(data, [encoding], rows) };
}

/** The dense columns of columns that become numbers, side by side. */
export function denseCells(data: FeatureData, encodings: readonly DenseEncoding[], rows?: Int32Array): Dense {
  const count = rows?.length ?? data.rows;
  const blocks = encodings.map(denseBlock);
  const offsets = columnOffsets(blocks);
  const table = dense(
    count,
    blocks.reduce((sum, { columns }) => sum + columns, 0),
  );
  encodings.forEach((encoding, at) => {
    const cells =
      encoding.kind === 'target' ? targetCells(data, encoding) : columnOf(data.numeric, encoding.column);
    const block = blocks[at]!;
    for (let row = 0; row < count; row++) {
      const source = rows === undefined ? row : rows[row]!;
      const cell = source < 0 ? NaN : cells[source]!;
      // What is absent is 0, whatever it is encoded as.
      if (Number.isNaN(cell)) continue;
      const first = row * table.columns + offsets[at]!;
      block.write(cell, table.data, first);
      for (let j = first; j < first + block.columns; j++) if (Number.isNaN(table.data[j]!)) table.data[j] = 0;
    }
  });
  return table;
}

export function gathered({ levels, codes }: OneHotColumn, rows: Int32Array | undefined): OneHotColumn {
  return {
    levels,
    codes: rows === undefined ? codes : rows.map((source) => (source < 0 ? -1 : codes[source]!)),
  };
}
