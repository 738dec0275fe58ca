import { readdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../core/json.js';

export type Provider = 'sqlite' | 'postgresql';

export interface Migration {
  /** Name of its folder: time and title. */
  readonly name: string;
  readonly sql: string;
  /** sha256 of the SQL, as Prisma keeps it. */
  readonly checksum: string;
}

/** The committed migrations of a provider, in the order of their times. */
export async function readMigrations(provider: Provider): Promise<Migration[]> {
  const folder = join(packageRoot(), 'prisma', provider, 'migrations');
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: sha256(sql) };
    }),
  );
}

/** Folder of package.json: this module runs from `catalog/prisma` and, compiled, from `dist/catalog/prisma`. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder)
      throw new Error('The catalog cannot find its migrations: no package.json above it.');
    folder = parent;
  }
  return folder;
}
