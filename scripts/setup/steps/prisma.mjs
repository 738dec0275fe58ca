// The typed clients of the catalog, generated from prisma/<provider>/ into catalog/generated/<provider>/.
import { readdir } from 'node:fs/promises';
import { exists, hashTree, read, writeStamp } from '../files.mjs';
import { inRoot, stamp } from '../locations.mjs';
import { runLong } from '../run.mjs';

export const name = 'catalog client';
const stampFile = stamp('prisma-hash');

/** Providers with a schema: each has a folder of .prisma files under prisma/. */
async function providers() {
  const folders = await readdir(inRoot('prisma'), { withFileTypes: true }).catch(() => []);
  const found = [];
  for (const folder of folders)
    if (await exists(inRoot('prisma', folder.name, 'schema.prisma'))) found.push(folder.name);
  return found.sort();
}

const wanted = async () =>
  hashTree(
    inRoot(),
    ['prisma', 'node_modules/prisma/package.json'],
    (path) => path.endsWith('.prisma') || path.endsWith('package.json'),
  );

export async function check() {
  const all = await providers();
  if (all.length === 0) return 'no schema';
  for (const provider of all) if (!(await exists(inRoot('catalog', 'generated', provider)))) return undefined;
  return (await read(stampFile))?.trim() === (await wanted()) ? 'catalog/generated' : undefined;
}

export async function execute() {
  const key = await wanted();
  // The folder, not the file, where models lie in files of their own (a "multi-file schema").
  for (const provider of await providers()) {
    const folder = inRoot('prisma', provider);
    const several = (await readdir(folder)).filter((file) => file.endsWith('.prisma')).length > 1;
    const schema = several ? folder : inRoot('prisma', provider, 'schema.prisma');
    await runLong(
      name,
      process.execPath,
      [inRoot('node_modules', 'prisma', 'build', 'index.js'), 'generate', '--schema', schema],
      {
        cwd: inRoot(),
        label: 'prisma generate',
        env: {
          // Every command first looks for a binary that generating does not need, and would download it.
          PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
          CHECKPOINT_DISABLE: '1',
          PRISMA_HIDE_UPDATE_MESSAGE: '1',
        },
      },
    );
  }
  await writeStamp(stampFile, key);
  return 'prisma generate';
}

export const disk = () => [inRoot('catalog', 'generated')];
