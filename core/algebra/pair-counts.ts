import type { Csr } from './matrix.js';

/**
 * I_kᵀ diag(w) I_l (r_k × r_l, sparse): for each pair of source rows that share target rows, how many those are, or their
 * weights' sum. Has at most r_T entries, and few where one table's key follows from the other's.
 */
export function pairCounts(
  rows: number,
  left: Int32Array,
  leftRows: number,
  right: Int32Array,
  rightRows: number,
  weights?: Float64Array,
): Required<Csr> {
  const { starts, targets } = targetRows(left, leftRows, rows);
  const rowStarts = new Int32Array(leftRows + 1);
  const columnIndices = new Int32Array(targets.length);
  const values = new Float64Array(targets.length);
  /** Where the pair of this source row on the right is, if it is of the present row on the left. */
  const place = new Int32Array(rightRows).fill(-1);
  let entry = 0;
  for (let i = 0; i < leftRows; i++) {
    const first = entry;
    for (let at = starts[i]!; at < starts[i + 1]!; at++) {
      const row = targets[at]!;
      const j = right[row]!;
      if (j < 0) continue;
      if (place[j]! < first) {
        place[j] = entry;
        columnIndices[entry++] = j;
      }
      values[place[j]!]! += weights === undefined ? 1 : weights[row]!;
    }
    rowStarts[i + 1] = entry;
  }
  return {
    rows: leftRows,
    columns: rightRows,
    rowStarts,
    columnIndices: columnIndices.subarray(0, entry),
    values: values.subarray(0, entry),
  };
}

/** The index vector turned round: target rows targets[starts[i]] … are those of source row i, ascending. */
export function targetRows(
  index: Int32Array,
  sourceRows: number,
  rows = index.length,
): { starts: Int32Array; targets: Int32Array } {
  const starts = new Int32Array(sourceRows + 1);
  for (let row = 0; row < rows; row++) if (index[row]! >= 0) starts[index[row]! + 1]! += 1;
  for (let source = 0; source < sourceRows; source++) starts[source + 1]! += starts[source]!;
  const next = starts.slice(0, sourceRows);
  const targets = new Int32Array(starts[sourceRows]!);
  for (let row = 0; row < rows; row++) {
    const source = index[row]!;
    if (source < 0) continue;
    const at = next[source]!;
    next[source] = at + 1;
    targets[at] = row;
  }
  return { starts, targets };
}
