/** What is wrong with a benchmark's input: said without a stack. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** The last cell of each line of a CSV file as a number, quotes aside; a first line that is no number is a header. NA is NaN. */
export function readColumn(text: string, file: string): Float64Array {
  const lines = text.split(/\r?\n/).map((line) =>
    line
      .slice(line.lastIndexOf(',') + 1)
      .replaceAll('"', '')
      .trim(),
  );
  while (lines.at(-1) === '') lines.pop();
  const header = lines.length > 0 && !isCell(lines[0] ?? '') ? 1 : 0;
  return Float64Array.from(lines.slice(header), (cell, at) => {
    if (!isCell(cell)) throw new InputError(`${file}, line ${at + header + 1}: "${cell}" is not a number`);
    return isMissing(cell) ? NaN : Number(cell);
  });
}

/** Cells of a table of numbers, separated by commas or blanks, with or without a header. */
export function readNumbers(
  text: string,
  file: string,
): { rows: number; columns: number; data: Float64Array } {
  const lines = text.split(/\r?\n/).map((line) => line.replaceAll('"', '').trim());
  while (lines.at(-1) === '') lines.pop();
  const cells = lines.map((line) => line.split(/[\s,;]+/));
  if (cells.length > 0 && !cells[0]?.every(isCell)) cells.shift();
  const skipped = lines.length - cells.length;
  const columns = cells[0]?.length ?? 0;
  const data = new Float64Array(cells.length * columns);
  cells.forEach((line, row) => {
    if (line.length !== columns)
      throw new InputError(`${file}, line ${row + skipped + 1}: ${line.length} cells instead of ${columns}`);
    line.forEach((cell, column) => {
      const value = Number(cell);
      if (cell === '' || !Number.isFinite(value))
        throw new InputError(`${file}, line ${row + skipped + 1}: "${cell}" is not a number`);
      data[row * columns + column] = value;
    });
  });
  return { rows: cells.length, columns, data };
}

const isMissing = (cell: string) => cell === 'NA' || cell === '';
const isCell = (cell: string) => isMissing(cell) || Number.isFinite(Number(cell));
