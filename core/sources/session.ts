import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AmalurError } from '../errors.js';
import { didYouMean } from '../suggest.js';
import { normalise, type Column } from './column-types.js';
import { unreadable } from './failures.js';
import { openRelation, type RowOrder, type SourceOptions } from './relation.js';
import type { TableDefinition } from './source.js';
import { quoteName } from './sql.js';

/** A table opened in a DuckDB of its own, for the time of one operation. */
export interface Session {
  readonly connection: DuckDBConnection;
  readonly columns: readonly Column[];
  /** The column of a name. Throws AMALUR_UNKNOWN_COLUMN. */
  column(name: string): Column;
  /** Copies columns, in normal form and the source's row order, into the temporary table `t` as c0, c1, … */
  snapshot(names: readonly string[]): Promise<void>;
  /** Copies the whole table into a temporary one and returns its name. */
  local(): Promise<string>;
  /** Rows of a query, each a list of values; counts as numbers. */
  rows(sql: string): Promise<(DuckDBValue | number)[][]>;
}

/** Opens a table, does something with it and closes it. Errors of DuckDB leave as AmalurErrors that quote no data. */
export async function withSession<T>(
  definition: TableDefinition,
  options: SourceOptions,
  action: (session: Session) => Promise<T>,
): Promise<T> {
  await checkFile(definition);
  // What does not fit into memory is spilled; by default DuckDB would do that in the working folder.
  const spill = join(tmpdir(), `amalur-duckdb-${randomUUID()}`);
  // Loaded when needed: a worker mostly looks whether files have changed, and its child reads them.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    temp_directory: spill,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  try {
    const connection = await instance.connect();
    try {
      await connection.run("SET TimeZone = 'UTC'");
      const order = await openRelation(connection, definition, options);
      return await action(await describe(connection, definition, order));
    } finally {
      connection.closeSync();
    }
  } catch (error) {
    throw unreadable(error, definition);
  } finally {
    instance.closeSync();
  }
}

async function checkFile({ name, location }: TableDefinition): Promise<void> {
  if (location.kind === 'postgres') return;
  const found = await stat(location.path).catch(() => undefined);
  if (found?.isFile()) return;
  throw new AmalurError('AMALUR_SOURCE_MISSING', `table ${name}: its ${location.kind} file is not there`, {
    field: location.kind,
    suggestion: 'check the path in amalur.config; relative paths start at its folder',
  });
}

async function describe(
  connection: DuckDBConnection,
  definition: TableDefinition,
  order: RowOrder,
): Promise<Session> {
  const types = async (sql: string): Promise<[string, string][]> =>
    (await connection.runAndReadAll(`DESCRIBE ${sql}`))
      .getRows()
      .map(([name, type]) => [String(name), String(type)]);
  const stored = (await types('SELECT * FROM raw')).map(([name, type]) => normalise(name, type));
  const selected = stored.map((column) => `${column.sql} AS ${quoteName(column.name)}`);
  const columns = [...stored];
  for (const [name, expression] of Object.entries(definition.computed ?? {})) {
    const [type] = await types(`SELECT (${expression}\n) AS ${quoteName(name)} FROM raw`).catch(
      (error: unknown) => {
        throw badExpression(error, definition.name, name);
      },
    );
    if (columns.some((column) => column.name.toLowerCase() === name.toLowerCase())) {
      throw new AmalurError(
        'AMALUR_DUPLICATE_NAME',
        `table ${definition.name}: computed column ${name} has the name of another column`,
        {
          field: `computed.${name}`,
          suggestion: 'give the computed column another name',
        },
      );
    }
    const column = normalise(name, type?.[1] ?? 'VARCHAR', `(${expression}\n)`);
    selected.push(`${column.sql} AS ${quoteName(name)}`);
    columns.push(column);
  }
  await connection.run(`CREATE TEMP VIEW source AS SELECT ${selected.join(', ')} FROM raw`);
  return new OpenTable(connection, definition, columns, order);
}

class OpenTable implements Session {
  readonly #byName: ReadonlyMap<string, Column>;

  constructor(
    readonly connection: DuckDBConnection,
    private readonly definition: TableDefinition,
    readonly columns: readonly Column[],
    private readonly order: RowOrder,
  ) {
    this.#byName = new Map(columns.map((column) => [column.name, column]));
  }

  column(name: string): Column {
    const column = this.#byName.get(name);
    if (column !== undefined) return column;
    const suggestion = didYouMean(name, this.#byName.keys());
    throw new AmalurError('AMALUR_UNKNOWN_COLUMN', `table ${this.definition.name} has no column ${name}`, {
      ...(suggestion !== undefined && { suggestion }),
    });
  }

  async snapshot(names: readonly string[]): Promise<void> {
    const list = names.map((name, i) => `${quoteName(this.column(name).name)} AS c${i}`);
    const order = this.order === 'as-stored' ? '' : `ORDER BY ${this.#sortKey().join(', ')}`;
    await this.connection.run(
      `CREATE OR REPLACE TEMP TABLE t AS SELECT ${list.join(', ') || '1 AS c0'} FROM source ${order}`,
    );
  }

  async local(): Promise<string> {
    await this.connection.run('CREATE OR REPLACE TEMP TABLE local AS SELECT * FROM source');
    return 'local';
  }

  async rows(sql: string): Promise<(DuckDBValue | number)[][]> {
    const result = await this.connection.runAndReadAll(sql);
    return result
      .getRows()
      .map((row) => row.map((value) => (typeof value === 'bigint' ? Number(value) : value)));
  }

  /** A declared key sorts first; all other columns follow, lest it repeat. Rows that then still tie are equal. */
  #sortKey(): string[] {
    const key = this.definition.key ?? [];
    const rest = this.columns.map((column) => column.name).filter((name) => !key.includes(name));
    return [...key.map((name) => this.column(name).name), ...rest].map(quoteName);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  Binder: 'it names a column that the table has not, or its types do not fit',
  Catalog: 'it calls a function or names a type that there is not',
  Parser: 'its syntax is wrong',
};

/** What DuckDB says quotes the expression, which stays in the silo's configuration: only the kind of its error goes on. */
function badExpression(error: unknown, table: string, name: string): AmalurError {
  const kind = /^(Binder|Parser|Catalog) Error/.exec(error instanceof Error ? error.message : '')?.[1];
  const reason = kind === undefined ? '' : `: ${REASONS[kind] ?? ''}`;
  return new AmalurError(
    'AMALUR_INVALID_CONFIG',
    `table ${table}: computed column ${name} is not a valid expression${reason}`,
    {
      field: `computed.${name}`,
      suggestion: "write a DuckDB SQL expression over the table's own columns",
    },
  );
}
