import type { DuckDBConnection } from '@duckdb/node-api';
import { AmalurError } from '../errors.js';
import { quoteName, quoteText } from './sql.js';

/** Makes a table or view of a PostgreSQL database (`people`, in `public`, or `schema.people`) the relation `raw`. */
export async function openPostgres(
  connection: DuckDBConnection,
  url: string,
  table: string,
  name: string,
): Promise<void> {
  await connection.run(`ATTACH ${quoteText(url)} AS source (TYPE postgres, READ_ONLY)`);
  const [first = '', ...rest] = table.split('.');
  const [schema, relation] = rest.length === 0 ? ['public', first] : [first, rest.join('.')];
  const path = `${quoteName(schema)}.${quoteName(relation)}`;
  await connection.run(`CREATE TEMP VIEW raw AS SELECT * FROM source.${path}`);
  await refuseNaN(connection, schema, relation, name);
}

/**
 * DuckDB's scanner reads NaN and infinity of type `numeric` (not of `double precision`) as 0, silently. A table that has such cells is
 * refused; the test costs a scan at the server, and only where there are columns of that type.
 */
async function refuseNaN(
  connection: DuckDBConnection,
  schema: string,
  relation: string,
  name: string,
): Promise<void> {
  const query = async (sql: string) =>
    (await connection.runAndReadAll(`FROM postgres_query('source', ${quoteText(sql)})`)).getRows();
  const found = await query(
    `SELECT column_name::text FROM information_schema.columns WHERE data_type = 'numeric'
       AND table_schema = ${quoteText(schema)} AND table_name = ${quoteText(relation)}`,
  );
  const columns = found.map(([column]) => String(column));
  if (columns.length === 0) return;
  const counts = columns.map(
    (column, i) =>
      `count(*) FILTER (WHERE ${quoteName(column)}::text IN ('NaN', 'Infinity', '-Infinity')) AS n${i}`,
  );
  const [bad = []] = await query(
    `SELECT ${counts.join(', ')} FROM ${quoteName(schema)}.${quoteName(relation)}`,
  );
  const worst = columns.findIndex((_, i) => Number(bad[i]) > 0);
  if (worst === -1) return;
  throw new AmalurError(
    'AMALUR_SOURCE_UNREADABLE',
    `table ${name}: column ${columns[worst] ?? ''} has ${Number(bad[worst])} cells of type numeric that are NaN or infinite`,
    { suggestion: 'make them NULL, or name a view that does' },
  );
}
