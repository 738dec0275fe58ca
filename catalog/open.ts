import { AmalurError } from '../core/errors.js';
import type { Catalog } from './catalog.js';
import { openPostgres } from './prisma/postgres.js';
import { createCatalog } from './prisma/repositories.js';
import { openSqlite } from './prisma/sqlite.js';

/**
 * Opens the metadata catalog and brings its schema up to date; any number of processes may do so at once.
 *
 * @param url `file:…` for a SQLite file (made where missing; a relative path is taken from the current folder), or
 *   `postgresql://…` for a database that exists (`?schema=` names a schema other than `public`).
 * @throws AMALUR_INVALID_CONFIG when the URL is of neither kind.
 */
export async function openCatalog(url: string): Promise<Catalog> {
  if (url.startsWith('file:')) return createCatalog(await openSqlite(url));
  if (/^postgres(ql)?:\/\//.test(url)) return createCatalog(await openPostgres(url));
  throw new AmalurError(
    'AMALUR_INVALID_CONFIG',
    'The URL of the catalog begins neither with file: nor with postgresql://.',
    {
      field: 'catalog',
      suggestion: 'file:./.amalur/catalog.db',
    },
  );
}
