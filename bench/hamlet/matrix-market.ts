import type { Csr } from '../../core/algebra/matrix.js';
import { InputError } from './numbers.js';

/** A sparse matrix in MatrixMarket's coordinate format (pattern, real or integer; general), 1-based. Repeated cells add up. */
export function readMatrixMarket(text: string, file: string): Csr {
  const lines = text.split(/\r?\n/);
  const header = (lines[0] ?? '').toLowerCase().split(/\s+/);
  const [mark, object, format, field = '', symmetry] = header;
  if (mark !== '%%matrixmarket' || object !== 'matrix')
    throw new InputError(`${file}: does not begin with "%%MatrixMarket matrix"`);
  if (format !== 'coordinate' || !['pattern', 'real', 'integer'].includes(field) || symmetry !== 'general')
    throw new InputError(
      `${file}: "${header.slice(2).join(' ')}" is not "coordinate pattern|real|integer general"`,
    );
  let at = 1;
  while (at < lines.length && (lines[at]?.startsWith('%') === true || lines[at]?.trim() === '')) at++;
  const size = (lines[at] ?? '').trim().split(/\s+/).map(Number);
  const [rows = NaN, columns = NaN, entries = NaN] = size;
  if (size.length !== 3 || !size.every((n) => Number.isInteger(n) && n >= 0))
    throw new InputError(`${file}, line ${at + 1}: "${lines[at] ?? ''}" is not "rows columns entries"`);

  const rowOf = new Int32Array(entries);
  const columnOf = new Int32Array(entries);
  const values = field === 'pattern' ? undefined : new Float64Array(entries);
  let entry = 0;
  for (let number = at + 1; number < lines.length; number++) {
    const line = (lines[number] ?? '').trim();
    if (line === '' || line.startsWith('%')) continue;
    const cells = line.split(/\s+/);
    const [row, column, value] = [Number(cells[0]), Number(cells[1]), Number(cells[2] ?? NaN)];
    const inside = (n: number, limit: number) => Number.isInteger(n) && n >= 1 && n <= limit;
    if (!inside(row, rows) || !inside(column, columns))
      throw new InputError(`${file}, line ${number + 1}: "${line}" is no cell of ${rows} × ${columns}`);
    if (values !== undefined && !Number.isFinite(value))
      throw new InputError(`${file}, line ${number + 1}: "${line}" has no value`);
    if (entry < entries) {
      rowOf[entry] = row - 1;
      columnOf[entry] = column - 1;
      if (values !== undefined) values[entry] = value;
    }
    entry++;
  }
  if (entry !== entries) throw new InputError(`${file}: ${entry} entries, but ${entries} announced`);
  return fromTriplets(rows, columns, rowOf, columnOf, values);
}

function fromTriplets(
  rows: number,
  columns: number,
  rowOf: Int32Array,
  columnOf: Int32Array,
  values: Float64Array | undefined,
): Csr {
  const order = Int32Array.from(rowOf.keys()).sort(
    (a, b) => rowOf[a]! - rowOf[b]! || columnOf[a]! - columnOf[b]! || a - b,
  );
  const rowStarts = new Int32Array(rows + 1);
  const columnIndices = new Int32Array(order.length);
  const sums = new Float64Array(order.length);
  let entry = -1;
  let [lastRow, lastColumn] = [-1, -1];
  for (const from of order) {
    const [row, column] = [rowOf[from]!, columnOf[from]!];
    if (row !== lastRow || column !== lastColumn) {
      columnIndices[++entry] = column;
      rowStarts[row + 1]! += 1;
      [lastRow, lastColumn] = [row, column];
    }
    sums[entry]! += values === undefined ? 1 : values[from]!;
  }
  for (let row = 0; row < rows; row++) rowStarts[row + 1]! += rowStarts[row]!;
  const kept = sums.slice(0, entry + 1);
  return {
    rows,
    columns,
    rowStarts,
    columnIndices: columnIndices.slice(0, entry + 1),
    ...(!kept.every((value) => value === 1) && { values: kept }),
  };
}
