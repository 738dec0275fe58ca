import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import type {
  IsolationLevel,
  SqlDriverAdapter,
  SqlMigrationAwareDriverAdapterFactory,
  SqlQuery,
  SqlResultSet,
  Transaction,
} from '@prisma/driver-adapter-utils';
import { Mutex } from './mutex.js';
import { libsqlBinding } from './sqlite-binding.js';

/** Prisma's SQLite adapter on a database file (or `:memory:`), driven by libsql and safe with several writers. */
export function sqliteAdapter(path: string): SqlMigrationAwareDriverAdapterFactory {
  const stock = new PrismaBetterSqlite3({
    url: path,
    // better-sqlite3 takes an addon object here as well as a path; its type declarations know only of the path.
    nativeBinding: libsqlBinding as unknown as string,
  });
  return {
    provider: stock.provider,
    adapterName: stock.adapterName,
    connect: async () => new SerialAdapter(await stock.connect()),
    connectToShadowDb: async () => new SerialAdapter(await stock.connectToShadowDb()),
  };
}

/**
 * One connection, one user at a time. The stock adapter keeps transactions apart from each other, but lets a query that is
 * outside any transaction run within whichever is open, so that a rollback takes it along. Here such a query waits.
 */
class SerialAdapter implements SqlDriverAdapter {
  readonly provider;
  readonly adapterName;
  readonly #turns = new Mutex();

  constructor(private readonly stock: SqlDriverAdapter) {
    this.provider = stock.provider;
    this.adapterName = stock.adapterName;
  }

  queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    return this.#turns.run(async () => this.stock.queryRaw(query));
  }

  executeRaw(query: SqlQuery): Promise<number> {
    return this.#turns.run(async () => this.stock.executeRaw(query));
  }

  executeScript(script: string): Promise<void> {
    return this.#turns.run(async () => this.stock.executeScript(script));
  }

  async startTransaction(isolationLevel?: IsolationLevel): Promise<Transaction> {
    const release = await this.#turns.acquire();
    try {
      return releasing(await this.stock.startTransaction(isolationLevel), release);
    } catch (error) {
      release();
      throw error;
    }
  }

  dispose(): Promise<void> {
    return this.#turns.run(async () => this.stock.dispose());
  }
}

/** The transaction, letting the next user in when it ends either way. */
function releasing(transaction: Transaction, release: () => void): Transaction {
  const ended = async (end: () => Promise<void>): Promise<void> => {
    try {
      await end();
    } finally {
      release();
    }
  };
  return {
    provider: transaction.provider,
    adapterName: transaction.adapterName,
    options: transaction.options,
    queryRaw: (query) => transaction.queryRaw(query),
    executeRaw: (query) => transaction.executeRaw(query),
    commit: () => ended(() => transaction.commit()),
    rollback: () => ended(() => transaction.rollback()),
  };
}
