import type { DuckDBConnection } from '@duckdb/node-api';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AmalurError } from '../errors.js';
import { loadCsv } from './csv.js';
import { openPostgres } from './postgres.js';
import type { TableDefinition } from './source.js';
import { quoteText } from './sql.js';
import { openSqlite } from './sqlite.js';

export interface SourceOptions {
  /** Folder of `sqlite_scanner.duckdb_extension` and `postgres_scanner.duckdb_extension`; needed for these two kinds only. */
  readonly extensionFolder?: string;
  /** Path of the table in the configuration, `silos.shop.tables.orders`: stands before the field that an error names. */
  readonly field?: string;
}

/** How the rows of `raw` are put in order, so that repeated reads of one version agree. */
export type RowOrder = 'as-stored' | 'by-content';

/** Makes the table readable as the relation `raw` of a connection, where it is: nothing is copied but CSV. */
export async function openRelation(
  connection: DuckDBConnection,
  { name, location }: TableDefinition,
  { extensionFolder }: SourceOptions,
): Promise<RowOrder> {
  switch (location.kind) {
    case 'csv':
      await loadCsv(connection, location.path, name);
      return 'as-stored';
    case 'parquet':
      await connection.run(`CREATE TEMP VIEW raw AS SELECT * FROM read_parquet(${quoteText(location.path)})`);
      return 'as-stored';
    case 'sqlite': {
      await load(connection, 'sqlite_scanner', extensionFolder);
      return (await openSqlite(connection, location.path, location.table)) ? 'as-stored' : 'by-content';
    }
    case 'postgres': {
      await load(connection, 'postgres_scanner', extensionFolder);
      await openPostgres(connection, location.url, location.table, name);
      return 'by-content';
    }
  }
}

async function load(
  connection: DuckDBConnection,
  extension: string,
  folder: string | undefined,
): Promise<void> {
  const file = folder === undefined ? undefined : join(folder, `${extension}.duckdb_extension`);
  if (file === undefined || !existsSync(file)) {
    throw new AmalurError('AMALUR_TOOL_MISSING', `DuckDB's extension ${extension} is not installed`, {
      suggestion: 'run npm run setup, or set AMALUR_DUCKDB_EXTENSIONS to the folder that has it',
    });
  }
  await connection.run(`LOAD ${quoteText(file)}`);
}
