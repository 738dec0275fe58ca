import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
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
    // Folders that nothing was written into are taken away again.
    discard: async () => {
      await rm(part, { recursive: true, force: true });
      if (made !== undefined && made !== part && (await isEmpty(folder)))
        await rm(made, { recursive: true, force: true });
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
      for (const name of names) await rename(join(part, name), join(folder, name));
      return join(folder, basename(from));
    },
  };
}

async function isEmpty(folder: string): Promise<boolean> {
  return (await readdir(folder)).length === 0;
}
