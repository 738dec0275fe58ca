import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteName, quoteText } from './sql.js';

/**
 * Makes a table or view of an SQLite file the relation `raw`, in order of its rowid; false where it has none (a view, a table WITHOUT
 * ROWID). SQLite stores booleans as integers: columns declared BOOLEAN become booleans again.
 */
export async function openSqlite(
  connection: DuckDBConnection,
  path: string,
  table: string,
): Promise<boolean> {
  await connection.run(`ATTACH ${quoteText(path)} AS source (TYPE sqlite, READ_ONLY)`);
  const relation = `source.${quoteName(table)}`;
  const declared = await connection.runAndReadAll(
    `SELECT name FROM sqlite_query('source', ${quoteText(
      `SELECT name FROM pragma_table_info(${quoteText(table)}) WHERE upper(type) IN ('BOOLEAN', 'BOOL')`,
    )})`,
  );
  const booleans = declared
    .getRows()
    .map(([name]) => `${quoteName(String(name))}::BOOLEAN AS ${quoteName(String(name))}`);
  const columns = booleans.length === 0 ? '*' : `* REPLACE (${booleans.join(', ')})`;
  const ordered = await connection.run(`SELECT rowid FROM ${relation} LIMIT 1`).then(
    () => true,
    () => false,
  );
  await connection.run(
    `CREATE TEMP VIEW raw AS SELECT ${columns} FROM ${relation} ${ordered ? 'ORDER BY rowid' : ''}`,
  );
  return ordered;
}
