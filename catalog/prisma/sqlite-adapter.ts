import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import type {
  IsolationLevel,
  SqlDriverAdapter,
  SqlMigrationAwareDriverAdapterFactory,
  SqlQuery,
  SqlResultSet,
  Transaction,
} from '@prisma/driver-adapter-utils';
import { setTimeout as sleep } from 'node:timers/promises';
import { Mutex } from './mutex.js';
import { BUSY_TIMEOUT_MS, libsqlBinding } from './sqlite-binding.js';

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
 * One connection, one user at a time. The stock adapter falls short of that in three ways:
 * - a query outside any transaction runs within whichever is open, so that a rollback takes it along: here it waits;
 * - transactions begin deferred, and one that reads and then writes fails with SQLITE_BUSY, without waiting, when another
 *   process wrote in between: here they take the write lock as they begin;
 * - the lock is waited for with the event loop standing still, which never ends if its holder lives in the same process:
 *   here it is asked for again and again.
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
    if (isolationLevel && isolationLevel !== 'SERIALIZABLE') {
      throw new DriverAdapterError({ kind: 'InvalidIsolationLevel', level: isolationLevel });
    }
    const release = await this.#turns.acquire();
    try {
      await this.#begin();
    } catch (error) {
      release();
      throw error;
    }
    return this.#transaction(release);
  }

  dispose(): Promise<void> {
    return this.#turns.run(async () => this.stock.dispose());
  }

  /** Takes the write lock, within ten seconds. */
  async #begin(): Promise<void> {
    const deadline = Date.now() + BUSY_TIMEOUT_MS;
    for (;;) {
      try {
        // As a script, which leaves no statement behind when it fails: an unfinished one would prevent every later COMMIT.
        await this.#script('PRAGMA busy_timeout = 0; BEGIN IMMEDIATE');
        break;
      } catch (error) {
        if (!isBusy(error) || Date.now() > deadline) throw error;
        await sleep(2 + 10 * Math.random());
      } finally {
        await this.#script(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      }
    }
  }

  /** Prisma itself sends COMMIT and ROLLBACK as queries (usePhantomQuery: false); what is left to do at the end is to make way. */
  #transaction(release: () => void): Transaction {
    const end = (): Promise<void> => {
      release();
      return Promise.resolve();
    };
    return {
      provider: this.provider,
      adapterName: this.adapterName,
      options: { usePhantomQuery: false },
      queryRaw: async (query) => this.stock.queryRaw(query),
      executeRaw: async (query) => {
        try {
          return await this.stock.executeRaw(query);
        } catch (error) {
          // After a COMMIT that failed, Prisma calls rollback() and sends no ROLLBACK. SQLite may have rolled back by itself.
          if (query.sql === 'COMMIT') await this.#script('ROLLBACK').catch(() => undefined);
          throw error;
        }
      },
      commit: end,
      rollback: end,
    };
  }

  async #script(sql: string): Promise<void> {
    await this.stock.executeScript(sql);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof DriverAdapterError && error.cause.kind === 'SocketTimeout';
}
