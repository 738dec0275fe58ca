import { randomUUID } from 'node:crypto';
import { readMigrations, type Migration, type Provider } from './migrations.js';

/** A connection inside a transaction that no other process can be in at the same time. */
export interface MigrationSession {
  /** Runs statements separated by semicolons. */
  script(sql: string): Promise<void>;
  query(sql: string): Promise<Record<string, unknown>[]>;
}

/**
 * Runs the provider's migrations that the database does not have yet, and returns their names. It keeps Prisma's own table
 * `_prisma_migrations`, so that `prisma migrate status` and `deploy` agree with it either way. The whole is one transaction:
 * of several processes that start together one applies, the others wait and find nothing to do; a process killed in the
 * middle leaves nothing.
 */
export async function applyMigrations(session: MigrationSession, provider: Provider): Promise<string[]> {
  // Looked for first: PostgreSQL refuses CREATE … IF NOT EXISTS to a role that may not create, even if there is nothing to do.
  if ((await session.query(FIND_MIGRATIONS_TABLE[provider])).length === 0) {
    await session.script(MIGRATIONS_TABLE[provider]);
  }
  const rows = await session.query(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  const applied = new Map(rows.map((row) => [String(row['migration_name']), row]));
  const pending = (await readMigrations(provider)).filter((migration) => {
    const row = applied.get(migration.name);
    if (row) checkApplied(migration, row);
    return !row;
  });
  for (const migration of pending) {
    await session.script(migration.sql);
    await session.script(recordOf(migration));
  }
  return pending.map((migration) => migration.name);
}

function checkApplied(migration: Migration, row: Record<string, unknown>): void {
  if (row['finished_at'] === null) {
    throw new Error(
      `Migration ${migration.name} of the catalog began and did not end. Restore the catalog, or see prisma migrate resolve.`,
    );
  }
  if (row['checksum'] !== migration.checksum) {
    throw new Error(
      `Migration ${migration.name} of the catalog is not the one that was applied: its checksum differs. ` +
        'A migration that was released is never edited; add another.',
    );
  }
}

/** Prisma writes the row before it runs the script and ends it afterwards; in one transaction both are seen at once. */
function recordOf({ name, checksum }: Migration): string {
  // Quoting is enough here: the values are a UUID, a hex digest and the name of a folder in this package.
  const values = [randomUUID(), checksum, name].map((value) => `'${value.replaceAll("'", "''")}'`);
  return (
    'INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count) ' +
    `VALUES (${values.join(', ')}, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, 1)`
  );
}

const FIND_MIGRATIONS_TABLE: Record<Provider, string> = {
  sqlite: "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = '_prisma_migrations'",
  postgresql: "SELECT 1 AS found WHERE to_regclass('_prisma_migrations') IS NOT NULL",
};

/** As Prisma's schema engine creates it. */
const MIGRATIONS_TABLE: Record<Provider, string> = {
  sqlite: `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
  )`,
  postgresql: `CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
  )`,
};
