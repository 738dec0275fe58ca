import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

// Where the set-up left what npm does not carry. The places and versions are those of
// scripts/setup/locations.mjs and scripts/setup/pins.mjs: change them together (a unit test compares the versions).

/** Version of the Temporal CLI that the set-up installs. */
export const temporalVersion = '1.9.1';
/** Version of DuckDB that the extensions belong to: that of `@duckdb/node-api`. */
export const duckdbVersion = '1.5.5';

function isThere(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** Folder of everything that is kept between clones: `AMALUR_CACHE`, else `XDG_CACHE_HOME/amalur`, else `~/.cache/amalur`. */
export function cacheFolder(): string {
  const given = process.env['AMALUR_CACHE'];
  if (given) return resolve(given);
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'amalur');
}

/**
 * Path of the Temporal CLI: `AMALUR_TEMPORAL_BIN`, else the cache, else `temporal` on the `PATH`.
 * @throws Error when it is nowhere, naming the remedy.
 */
export function temporalBinary(): string {
  const given = process.env['AMALUR_TEMPORAL_BIN'];
  if (given) {
    if (isThere(given, constants.X_OK)) return given;
    throw new Error(`AMALUR_TEMPORAL_BIN names ${given}, which is no executable file.`);
  }
  const folders = [
    join(cacheFolder(), 'temporal', temporalVersion),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  for (const folder of folders) {
    const path = join(folder, 'temporal');
    if (folder !== '' && isThere(path, constants.X_OK)) return path;
  }
  throw new Error('The Temporal server is not installed. Run `npm run setup`, or set AMALUR_TEMPORAL_BIN.');
}

/**
 * Folder holding `sqlite_scanner.duckdb_extension` and `postgres_scanner.duckdb_extension`: `AMALUR_DUCKDB_EXTENSIONS`, else the cache.
 * @throws Error when they are in neither, naming the remedy.
 */
export function duckdbExtensionFolder(): string {
  const given = process.env['AMALUR_DUCKDB_EXTENSIONS'];
  const folder = given
    ? resolve(given)
    : join(cacheFolder(), 'duckdb', duckdbVersion, `${process.platform}-${process.arch}`);
  if (isThere(join(folder, 'sqlite_scanner.duckdb_extension'), constants.R_OK)) return folder;
  throw new Error(
    `DuckDB's extensions are not in ${folder}. Run \`npm run setup\`, or set AMALUR_DUCKDB_EXTENSIONS.`,
  );
}
