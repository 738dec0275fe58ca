import type { Session } from './session.js';
import type { Dictionary } from './source.js';

/** A column of texts to be coded: which cells of `t` it is made of, and how their text is. */
export interface Coded {
  /** Cells of `t`, e.g. `c3`, that determine the text. */
  readonly cells: readonly string[];
  /** The text as an expression over cells of the names r0, r1, … */
  readonly text: (cells: readonly string[]) => string;
}

/**
 * Makes a table `d<i>` with one row per combination of cells, holding the code k of its text, and returns the texts in DuckDB's order (of UTF-8
 * bytes). Texts are computed once per combination, not per row; NULLs are left out.
 */
export async function makeDictionary(session: Session, coded: Coded, i: number): Promise<string[]> {
  const cells = coded.cells.map((cell, j) => `${cell} AS r${j}`).join(', ');
  const text = coded.text(coded.cells.map((_, j) => `r${j}`));
  await session.connection.run(
    `CREATE OR REPLACE TEMP TABLE d${i} AS
     SELECT *, (dense_rank() OVER (ORDER BY v) - 1)::INTEGER AS k
     FROM (SELECT *, ${text} AS v FROM (SELECT DISTINCT ${cells} FROM t)) WHERE v IS NOT NULL`,
  );
  const result = await session.connection.run(`SELECT v FROM d${i} GROUP BY v ORDER BY v`);
  const values: string[] = [];
  for (
    let chunk = await result.fetchChunk();
    chunk !== null && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    const vector = chunk.getColumnVector(0);
    for (let row = 0; row < chunk.rowCount; row++) values.push(vector.getItem(row) as string);
  }
  return values;
}

/** The join that brings the code of `d<i>` to the rows of `t`: −1 where a cell is NULL. */
export function joinOf(coded: Coded, i: number): string {
  return `LEFT JOIN d${i} ON ${coded.cells.map((cell, j) => `t.${cell} = d${i}.r${j}`).join(' AND ')}`;
}

/**
 * Values in order of UTF-16 code units. That order differs from the one of UTF-8 bytes only where characters beyond U+FFFF meet
 * such from U+E000 on, so mostly nothing is to do.
 */
export function inUtf16Order(codes: Int32Array, values: string[]): Dictionary {
  if (values.every((value, i) => i === 0 || (values[i - 1] as string) < value)) return { codes, values };
  const sorted = [...values].sort();
  const place = new Map(sorted.map((value, i) => [value, i]));
  const moved = Int32Array.from(values, (value) => place.get(value) ?? -1);
  return { codes: codes.map((code) => (code < 0 ? -1 : (moved[code] as number))), values: sorted };
}
