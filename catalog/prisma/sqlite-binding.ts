import Libsql from 'libsql';

type Connection = Libsql.Database;
type Statement = ReturnType<Connection['prepare']>;

/**
 * A native binding for better-sqlite3, made of libsql. Prisma's SQLite adapter is written for better-sqlite3, which has to
 * be compiled where its prebuilt file cannot be downloaded; libsql has the same synchronous interface and comes prebuilt
 * from the npm registry. better-sqlite3 takes an addon object by its option `nativeBinding`, and this is one: only what
 * the adapter calls is there.
 */
export const libsqlBinding = {
  Database: class {
    readonly #connection: Connection;

    constructor(filename: string) {
      this.#connection = new Libsql(filename);
      configure(this.#connection);
    }

    prepare(sql: string): BoundStatement {
      return new BoundStatement(this.#connection.prepare(sql));
    }

    exec(sql: string): void {
      this.#connection.exec(sql);
    }

    defaultSafeIntegers(toggle: boolean): void {
      this.#connection.defaultSafeIntegers(toggle);
    }

    close(): void {
      // libsql keeps the file open until its statements are collected as garbage, so closing does not do this by itself:
      // bring everything into the one file, which can then be copied.
      this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      this.#connection.close();
    }
  },
  setErrorConstructor(): void {
    // libsql has its own SqliteError, with the same `code`.
  },
  isInitialized: false,
};

/** better-sqlite3 binds values to a statement before it is run; libsql takes them when it is. */
class BoundStatement {
  #values: unknown[] = [];

  constructor(private readonly statement: Statement) {}

  bind(values: unknown[]): this {
    this.#values = values;
    return this;
  }

  get reader(): boolean {
    return this.statement.reader;
  }

  columns(): Libsql.ColumnDefinition[] {
    return this.statement.columns();
  }

  raw(): this {
    this.statement.raw();
    return this;
  }

  all(): unknown[] {
    return this.statement.all(this.#values);
  }

  run(): { changes: number } {
    return this.statement.run(this.#values);
  }
}

/** How long a connection waits for a lock that another one holds. */
export const BUSY_TIMEOUT_MS = 10_000;

/** Sets up a connection as every writer of the catalog needs it. */
function configure(connection: Connection): void {
  connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  connection.exec('PRAGMA foreign_keys = ON');
  // FULL: what was acknowledged outlives a power cut too, not only a killed process. The catalog writes little.
  connection.exec('PRAGMA synchronous = FULL');
}
