import { AmalurError } from '../core/errors.js';
import type { Catalog } from './catalog.js';
import { whyNotOpened } from './open-errors.js';
import type { Database } from './prisma/database.js';
import { createCatalog } from './prisma/repositories.js';

/**
 * Opens the metadata catalog and brings its schema up to date; any number of processes may do so at once.
 *
 * @param url `file:…` for a SQLite file (made where missing; a relative path is taken from the current folder), or
 *   `postgresql://…` for a database that exists (`?schema=` names a schema other than `public`).
 * @throws AMALUR_INVALID_CONFIG when the URL is of neither kind or names no catalog that can be opened,
 *   AMALUR_SERVER_UNREACHABLE when no PostgreSQL server answers.
 */
export async function openCatalog(url: string): Promise<Catalog> {
  const open = await opener(url);
  try {
    return createCatalog(await open(url));
  } catch (error) {
    throw whyNotOpened(error) ?? error;
  }
}

/** Only the client and the driver of the one provider are loaded. */
async function opener(url: string): Promise<(url: string) => Promise<Database>> {
  if (url.startsWith('file:')) return (await import('./prisma/sqlite.js')).openSqlite;
  if (/^postgres(ql)?:\/\//.test(url)) return (await import('./prisma/postgres.js')).openPostgres;
  throw new AmalurError(
    'AMALUR_INVALID_CONFIG',
    'The URL of the catalog begins neither with file: nor with postgresql://.',
    {
      field: 'catalog',
      suggestion: 'file:./.amalur/catalog.db',
    },
  );
}
