import { PrismaPg } from '@prisma/adapter-pg';
import type { Transaction } from '@prisma/driver-adapter-utils';
import { AmalurError } from '../../core/errors.js';
import { PrismaClient } from '../generated/postgresql/client.js';
import type { Database } from './database.js';
import { applyMigrations } from './migrate.js';

/** The advisory lock that Prisma's own schema engine takes for migrations: whoever migrates, waits for the others. */
const MIGRATION_LOCK = 72_707_369;

/** Opens the catalog in a PostgreSQL database, bringing it up to date where needed. */
export async function openPostgres(url: string): Promise<Database> {
  const { connectionString, schema } = splitUrl(url);
  // Migrations name no schema: the search path decides where they, and Prisma's own table, go.
  const settings = { connectionString, options: `-c search_path="${schema}"` };
  const adapter = new PrismaPg(settings, { schema });
  await migratePostgres(adapter, schema);
  // Both clients come from the same models; repositories use only what the two have in common (database.ts).
  return new PrismaClient({ adapter }) as unknown as Database;
}

/** `?schema=` is Prisma's, not PostgreSQL's. */
function splitUrl(url: string): { connectionString: string; schema: string } {
  const parsed = new URL(url);
  const schema = parsed.searchParams.get('schema') ?? 'public';
  parsed.searchParams.delete('schema');
  // It is written into SQL between quotes, by Prisma too, which does not escape any within.
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(schema)) {
    throw new AmalurError(
      'AMALUR_INVALID_CONFIG',
      'The URL of the catalog names a schema that is no plain name.',
      {
        field: 'catalog',
        suggestion: 'Use letters, digits, _ and -.',
      },
    );
  }
  return { connectionString: parsed.toString(), schema };
}

async function migratePostgres(adapter: PrismaPg, schema: string): Promise<void> {
  const connection = await adapter.connect();
  try {
    const transaction = await connection.startTransaction();
    const session = {
      // Without arguments the driver speaks the simple protocol, which takes several statements at once.
      script: async (sql: string) => {
        await transaction.executeRaw({ sql, args: [], argTypes: [] });
      },
      query: (sql: string) => query(transaction, sql),
    };
    try {
      await session.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})::text`);
      const [found] = await session.query(`SELECT to_regnamespace('"${schema}"')::text AS name`);
      if (found?.['name'] === null) await session.script(`CREATE SCHEMA "${schema}"`);
      await applyMigrations(session, 'postgresql');
      await session.script('COMMIT');
      await transaction.commit();
    } catch (error) {
      await session.script('ROLLBACK').catch(() => undefined); // the connection may be what failed
      await transaction.rollback();
      throw error;
    }
  } finally {
    await connection.dispose();
  }
}

async function query(transaction: Transaction, sql: string): Promise<Record<string, unknown>[]> {
  const { columnNames, rows } = await transaction.queryRaw({ sql, args: [], argTypes: [] });
  return rows.map((row) => Object.fromEntries(columnNames.map((name, column) => [name, row[column]])));
}
