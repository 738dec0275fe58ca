import type { DuckDBResult } from '@duckdb/node-api';

/**
 * Fetches a result whose first column is the row number (INTEGER, each of 0 … rows−1 once, in any order) and whose others are numbers that are
 * never NULL, into one array per column. A NULL would cost a test per cell; queries write NaN or −1 instead.
 */
export async function fetchByRow(
  result: DuckDBResult,
  columns: readonly (Float64Array | Int32Array)[],
): Promise<void> {
  for (
    let chunk = await result.fetchChunk();
    chunk !== null && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    const count = chunk.rowCount;
    const rowNumbers = chunk.getColumnVector(0);
    const rows = new Int32Array(count);
    for (let i = 0; i < count; i++) rows[i] = rowNumbers.getItem(i) as number;
    for (const [j, column] of columns.entries()) {
      const vector = chunk.getColumnVector(j + 1);
      for (let i = 0; i < count; i++) column[rows[i] as number] = vector.getItem(i) as number;
    }
  }
}
