import type { DuckDBConnection } from '@duckdb/node-api';
import { open } from 'node:fs/promises';
import { AmalurError } from '../errors.js';
import { quoteName, quoteText } from './sql.js';

const DELIMITERS = [',', ';', '\t', '|'] as const;
const HEADER_BYTES = 1 << 20;

/**
 * Loads a CSV file into the temporary table `raw`, so that the same file always gives the same table and nothing is guessed
 * silently: UTF-8, a header line, fields quoted by `"` (doubled inside), all rows as long as the header; the delimiter is the one of
 * `,` `;` tab `|` that is most frequent in the header. An empty field is NULL. A column has the first type that all its
 * cells fit: integer (as it would be printed, so `007` is text), boolean (`true`, `false`), number (whole numbers that are no
 * BIGINT are text: as DOUBLE two of them could be one key), date (`2013-01-31`), timestamp (ISO, UTC unless it has an
 * offset), text.
 */
export async function loadCsv(connection: DuckDBConnection, path: string, table: string): Promise<void> {
  const { delimiter, names } = await readHeader(path, table);
  const types = names.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ');
  await connection.run(
    `CREATE TEMP TABLE text AS SELECT * FROM read_csv(${quoteText(path)}, auto_detect = false, header = true,
       delim = ${quoteText(delimiter)}, quote = '"', escape = '"', nullstr = '', strict_mode = true, columns = {${types}})`,
  );
  const cells = await Promise.all(names.map((name) => typeOf(connection, quoteName(name))));
  await connection.run(
    `CREATE TEMP VIEW raw AS SELECT ${names.map((name, i) => `${cells[i] ?? ''} AS ${quoteName(name)}`).join(', ')} FROM text`,
  );
}

/** Types in order of preference: a test which all cells must pass, and the cell in that type. */
const CANDIDATES: readonly ((cell: string) => { fits: string; as: string })[] = [
  (cell) => ({ fits: `TRY_CAST(${cell} AS BIGINT)::VARCHAR = ${cell}`, as: `${cell}::BIGINT` }),
  (cell) => ({ fits: `lower(${cell}) IN ('true', 'false')`, as: `${cell}::BOOLEAN` }),
  (cell) => ({
    fits: `TRY_CAST(${cell} AS DOUBLE) IS NOT NULL AND NOT regexp_matches(${cell}, '^[+-]?0[0-9]')
      AND (TRY_CAST(${cell} AS BIGINT) IS NOT NULL OR NOT regexp_matches(${cell}, '^\\s*[+-]?[0-9]+\\s*$'))`,
    as: `${cell}::DOUBLE`,
  }),
  (cell) => ({ fits: `TRY_CAST(${cell} AS DATE)::VARCHAR = ${cell}`, as: `${cell}::DATE` }),
  (cell) => ({
    fits: `regexp_matches(${cell}, '^\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:') AND TRY_CAST(${cell} AS TIMESTAMPTZ) IS NOT NULL`,
    as: `(${cell}::TIMESTAMPTZ AT TIME ZONE 'UTC')`,
  }),
];

async function typeOf(connection: DuckDBConnection, cell: string): Promise<string> {
  for (const candidate of CANDIDATES) {
    const { fits, as } = candidate(cell);
    // The first misfit ends the search, and a column's first rows usually have one.
    const misfit = `SELECT 1 FROM text WHERE ${cell} IS NOT NULL AND (${fits}) IS NOT TRUE LIMIT 1`;
    const any = `SELECT 1 FROM text WHERE ${cell} IS NOT NULL LIMIT 1`;
    const result = await connection.runAndReadAll(`SELECT EXISTS (${any}), EXISTS (${misfit})`);
    const [filled, misfits] = result.getRows()[0] ?? [];
    if (filled !== true) return cell;
    if (misfits !== true) return as;
  }
  return cell;
}

async function readHeader(path: string, table: string): Promise<{ delimiter: string; names: string[] }> {
  const file = await open(path);
  const { bytesRead, buffer } = await file
    .read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0)
    .finally(() => file.close());
  // A character cut in two at the end of the buffer is no part of the first line.
  const text = buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '');
  const fail = (reason: string, suggestion: string) =>
    new AmalurError('AMALUR_SOURCE_UNREADABLE', `table ${table}: line 1: ${reason}`, { suggestion });
  const outside = fieldsOf(text, '').line.replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => outside.split(delimiter).length;
  const delimiter = DELIMITERS.reduce((best, next) => (count(next) > count(best) ? next : best));
  const { fields } = fieldsOf(text, delimiter);
  if (fields.every((field) => field === '')) {
    throw fail('there is no header', 'write the names of the columns into the first line');
  }
  const names = fields.map((field, i) => (field === '' ? `column${i + 1}` : field));
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length)
    throw fail('two columns have the same name', 'rename one of the columns; case makes no difference');
  return { delimiter, names };
}

/** The fields of the first line. */
function fieldsOf(text: string, delimiter: string): { line: string; fields: string[] } {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  let end = 0;
  for (; end < text.length; end++) {
    const char = text.charAt(end);
    if (char === '"') {
      if (!quoted && text.charAt(end - 1) === '"' && field !== '') field += '"';
      quoted = !quoted;
    } else if (!quoted && (char === '\n' || char === '\r')) break;
    else if (!quoted && char === delimiter) {
      fields.push(field);
      field = '';
    } else field += char;
  }
  return { line: text.slice(0, end), fields: [...fields, field] };
}
