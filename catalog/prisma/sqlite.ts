import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Libsql from 'libsql';
import { PrismaClient } from '../generated/sqlite/client.js';
import { applyMigrations } from './migrate.js';
import { sqliteAdapter } from './sqlite-adapter.js';

/** Path of a `file:` URL; a path that is not absolute is taken from the current folder. */
export function sqlitePath(url: string): string {
  return url.startsWith('file://') ? fileURLToPath(url) : resolve(url.slice('file:'.length));
}

/** Opens the catalog's database file, making it and bringing it up to date where needed. */
export async function openSqlite(url: string): Promise<PrismaClient> {
  const path = sqlitePath(url);
  await mkdir(dirname(path), { recursive: true });
  await migrateSqlite(path);
  return new PrismaClient({ adapter: sqliteAdapter(path) });
}

async function migrateSqlite(path: string): Promise<void> {
  const connection = new Libsql(path);
  try {
    connection.exec('PRAGMA busy_timeout = 10000');
    await useWriteAheadLog(connection);
    // SQLite's procedure for changing tables: with foreign keys on, dropping a table that is being rebuilt deletes what
    // refers to it. What the migrations leave is checked instead.
    connection.exec('PRAGMA foreign_keys = OFF');
    connection.exec('BEGIN IMMEDIATE');
    try {
      const session = {
        script: async (sql: string) => void connection.exec(sql),
        query: async (sql: string) => connection.prepare(sql).all() as Record<string, unknown>[],
      };
      const applied = await applyMigrations(session, 'sqlite');
      if (applied.length > 0 && (await session.query('PRAGMA foreign_key_check')).length > 0) {
        throw new Error(
          `Migrations ${applied.join(', ')} would leave rows in the catalog without what they refer to.`,
        );
      }
      connection.exec('COMMIT');
    } catch (error) {
      if (connection.inTransaction) connection.exec('ROLLBACK');
      throw error;
    }
  } finally {
    connection.close();
  }
}

/** Readers and the writer do not wait for each other in WAL mode. The mode stays with the file. */
async function useWriteAheadLog(connection: Libsql.Database): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      connection.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      // The change of mode does not wait for a lock that another process holds while it makes the same change.
      if (attempt === 100 || !isBusy(error)) throw error;
      await sleep(20 + 80 * Math.random());
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}
