import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { unwritable, type Destination } from './destination.js';

/** Whether a name is that of a folder, or of the model.json in one. */
export function isModelFolder(output: string): boolean {
  return extname(output) === '' || basename(output) === 'model.json';
}

/**
 * A folder of the person's choice for a model.json and the files beside it.
 * @param given the folder, or its model.json
 * @throws AMALUR_OUTPUT_UNWRITABLE
 */
export async function openModelFolder(given: string): Promise<Destination> {
  const folder = resolve(basename(given) === 'model.json' ? dirname(given) : given);
  const unique = randomBytes(4).toString('hex');
  const part = join(folder, `.${unique}.part`);
  let made: string | undefined;
  try {
    made = await mkdir(part, { recursive: true });
  } catch (error) {
    throw unwritable(folder, error);
  }
  return {
    nameAtSite: `${basename(folder)}-${unique}/model.json`,
    // Folders that were made here, and that nothing was written into, are taken away again.
    discard: async () => {
      await rm(part, { recursive: true, force: true });
      if (made !== undefined) await removeEmpty(folder, made);
    },
    async fill(from) {
      const source = dirname(from);
      let names: string[];
      try {
        names = await readdir(source);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
      for (const name of names) await copyFile(join(source, name), join(part, name));
      // The one that names the others comes last, so that it is there only with them.
      const ordered = [...names].sort((a, b) => Number(a === basename(from)) - Number(b === basename(from)));
      for (const name of ordered) await rename(join(part, name), join(folder, name));
      return join(folder, basename(from));
    },
  };
}

/** Takes a folder away, and those that it is in as far as `last`; none that something is in. */
async function removeEmpty(folder: string, last: string): Promise<void> {
  if (!folder.startsWith(last)) return;
  try {
    await rmdir(folder);
  } catch {
    return;
  }
  await removeEmpty(dirname(folder), last);
}
