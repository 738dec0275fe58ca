import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { AmalurError } from '../../core/errors.js';

/** A file of the person's choice, which gets its name only when it is complete. */
export interface Destination {
  /** Name under which the site writes the predictions: no other run has the same. */
  readonly nameAtSite: string;
  /** @returns the file, or undefined where the site's file is on another host */
  fill(from: string): Promise<string | undefined>;
  discard(): Promise<void>;
}

/**
 * Makes sure that a file can be written before a run is made for it.
 * @throws AMALUR_OUTPUT_UNWRITABLE
 */
export async function openDestination(given: string): Promise<Destination> {
  const file = resolve(given);
  const extension = extname(file);
  const unique = randomBytes(4).toString('hex');
  const part = join(dirname(file), `.${basename(file)}.${unique}.part`);
  try {
    await (await open(part, 'wx')).close();
  } catch (error) {
    throw unwritable(file, error);
  }
  const discard = () => rm(part, { force: true });
  return {
    nameAtSite: `${basename(file, extension)}-${unique}${extension}`,
    discard,
    async fill(from) {
      try {
        await copyFile(from, part, constants.COPYFILE_FICLONE);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
      await rename(part, file);
      return file;
    },
  };
}

/** AMALUR_OUTPUT_UNWRITABLE for a file on this host. */
export function unwritable(file: string, cause: unknown): AmalurError {
  return new AmalurError(
    'AMALUR_OUTPUT_UNWRITABLE',
    `${file} cannot be written`,
    { field: 'output', suggestion: 'name a file in a folder that exists and that you may write to' },
    { cause },
  );
}
