import { DuckDBInstance } from '@duckdb/node-api';

export type SqlCell = string | number | boolean | null;

/** Rows of a query, in a DuckDB that holds nothing: queries bring their tables along as VALUES. Counts come as numbers. */
export type Query = (sql: string) => Promise<SqlCell[][]>;

/** One instance for many small queries. */
export async function openDuckDB(): Promise<{ readonly query: Query; readonly close: () => void }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  // Planning takes longer than the few rows that are queried.
  await connection.run('PRAGMA disable_optimizer');
  return {
    async query(sql) {
      const rows = (await connection.runAndReadAll(sql)).getRows();
      return rows.map((row) =>
        row.map((cell) => (typeof cell === 'bigint' ? Number(cell) : (cell as SqlCell))),
      );
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
