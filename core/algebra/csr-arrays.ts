import type { Csr } from './matrix.js';

/** Rows of a CSR matrix in the order given; −1 for an empty row. */
export function pickRows(csr: Csr, picked: Int32Array): Csr {
  const { rowStarts, columnIndices, values } = csr;
  const starts = new Int32Array(picked.length + 1);
  picked.forEach((row, at) => {
    starts[at + 1] = starts[at]! + (row < 0 ? 0 : rowStarts[row + 1]! - rowStarts[row]!);
  });
  const entries = starts[picked.length]!;
  const indices = new Int32Array(entries);
  const kept = values === undefined ? undefined : new Float64Array(entries);
  picked.forEach((row, at) => {
    if (row < 0) return;
    const [from, to] = [rowStarts[row]!, rowStarts[row + 1]!];
    // Rows are short: copying element by element beats making two views for each.
    for (let entry = from, out = starts[at]!; entry < to; entry++, out++) {
      indices[out] = columnIndices[entry]!;
      if (kept !== undefined && values !== undefined) kept[out] = values[entry]!;
    }
  });
  return {
    rows: picked.length,
    columns: csr.columns,
    rowStarts: starts,
    columnIndices: indices,
    ...(kept !== undefined && { values: kept }),
  };
}

/** Blocks of the same rows side by side, as one; a pattern if all of them are. */
export function joinCsr(rows: number, blocks: readonly Csr[]): Csr {
  const entries = blocks.reduce((sum, { columnIndices }) => sum + columnIndices.length, 0);
  const rowStarts = new Int32Array(rows + 1);
  const indices = new Int32Array(entries);
  const kept = blocks.every(({ values }) => values === undefined)
    ? undefined
    : new Float64Array(entries).fill(1);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    let offset = 0;
    for (const { columns, rowStarts: starts, columnIndices, values } of blocks) {
      for (let entry = starts[row]!, end = starts[row + 1]!; entry < end; entry++, at++) {
        indices[at] = offset + columnIndices[entry]!;
        if (kept !== undefined && values !== undefined) kept[at] = values[entry]!;
      }
      offset += columns;
    }
    rowStarts[row + 1] = at;
  }
  return {
    rows,
    columns: blocks.reduce((sum, { columns }) => sum + columns, 0),
    rowStarts,
    columnIndices: indices,
    ...(kept !== undefined && { values: kept }),
  };
}
