import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AmalurError } from '../errors.js';
import { sha256 } from '../json.js';
import {
  isName,
  pathOf,
  RENEW_AFTER_MS,
  type Keeping,
  type Shelf,
  type Store,
  type StoredItem,
} from './store.js';

/**
 * A store in a folder, which any number of processes may use at once:
 *
 * - `blobs/ab/abcd…` the bytes whose sha256 is `abcd…`
 * - `records/ab/abcd…` the record with the key `abcd…`
 * - `temporary/` files being written; what a killed process leaves here is never read, and removed by garbage collection
 *
 * Everything is written to `temporary/`, flushed to disk where that is asked for, and only then given its name, so a full disk or a crash leaves
 * either all of a blob or nothing. The file system must support hard links (all but FAT do).
 */
export function createFolderStore(folder: string): Store {
  return new FolderStore(resolve(folder));
}

class FolderStore implements Store {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(bytes: Uint8Array, keeping: Keeping = 'flushed'): Promise<string> {
    const hash = sha256(bytes);
    const file = this.#file('blobs', hash);
    const present = await readIfThere(file);
    // Comparing, not only looking, so that storing a blob again mends one that the disk has damaged.
    const whole = present !== undefined && Buffer.compare(present, bytes) === 0;
    // Garbage collection may take an old one away between the look and the renewal: then it is written like a new one.
    if (!whole || !(await renewed(file))) {
      await this.#write(bytes, keeping, (temporary) => inFolder(file, () => rename(temporary, file)));
      if (keeping === 'flushed') await flushName(file);
    }
    return hash;
  }

  async get(hash: string): Promise<Uint8Array> {
    const bytes = await readIfThere(this.#file('blobs', hash));
    if (bytes === undefined) {
      throw new AmalurError('AMALUR_BLOB_MISSING', `blob ${hash} is not in the store ${this.#folder}`);
    }
    if (sha256(bytes) !== hash) {
      throw new AmalurError(
        'AMALUR_BLOB_CORRUPT',
        `blob ${hash} in the store ${this.#folder} has been altered: its content does not have its sha256`,
        {
          suggestion: 'check the disk, then run the job again: what is stored anew replaces the damaged file',
        },
      );
    }
    return bytes;
  }

  async putIfAbsent(key: string, record: string, keeping: Keeping = 'flushed'): Promise<string> {
    const file = this.#file('records', key);
    const present = await readIfThere(file);
    if (present !== undefined) return present.toString('utf8');
    // link() fails where the name is taken: of writers in many processes exactly one wins, and its record is complete.
    return this.#write(Buffer.from(record, 'utf8'), keeping, async (temporary) => {
      try {
        await inFolder(file, () => link(temporary, file));
        if (keeping === 'flushed') await flushName(file);
        return record;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
        return await readFile(file, 'utf8');
      }
    });
  }

  async readRecord(key: string): Promise<string | undefined> {
    return (await readIfThere(this.#file('records', key)))?.toString('utf8');
  }

  async *list(shelf: Shelf): AsyncIterable<StoredItem> {
    const root = join(this.#folder, shelf);
    for (const part of await namesIn(root)) {
      for (const name of await namesIn(join(root, part))) {
        const found = isName(name) && (await statIfThere(this.#file(shelf, name)));
        if (found) yield { name, bytes: found.size, changedAt: found.mtimeMs };
      }
    }
  }

  async remove(shelf: Shelf, { name, changedAt }: StoredItem): Promise<boolean> {
    const file = this.#file(shelf, name);
    const aside = this.#temporary();
    try {
      // Whoever stores it again just now either changes this very file before it is looked at, or finds none and writes another.
      await inFolder(aside, () => rename(file, aside));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
    const found = await statIfThere(aside);
    // Another collection has taken it for what a process that was killed has left: it was as old as that.
    if (!found) return true;
    const gone = found.mtimeMs === changedAt;
    if (!gone) {
      await link(aside, file).catch((error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw error;
      });
    }
    await rm(aside, { force: true });
    return gone;
  }

  async removeUnfinished(before: number, dryRun: boolean): Promise<number> {
    const folder = join(this.#folder, 'temporary');
    let count = 0;
    for (const name of await namesIn(folder)) {
      const file = join(folder, name);
      const found = await statIfThere(file);
      if (!found?.isFile() || found.mtimeMs >= before) continue;
      if (!dryRun) await rm(file, { force: true });
      count += 1;
    }
    return count;
  }

  #file(shelf: Shelf, name: string): string {
    return join(this.#folder, ...pathOf(shelf, name));
  }

  #temporary(): string {
    return join(this.#folder, 'temporary', `${process.pid}-${randomBytes(9).toString('hex')}`);
  }

  /** Writes a temporary file, hands it to `name`, and removes it whatever happens. */
  async #write<T>(bytes: Uint8Array, keeping: Keeping, name: (temporary: string) => Promise<T>): Promise<T> {
    const temporary = this.#temporary();
    try {
      await inFolder(temporary, async () => {
        const handle = await open(temporary, 'wx');
        try {
          await handle.writeFile(bytes);
          if (keeping === 'flushed') await handle.datasync();
        } finally {
          await handle.close();
        }
      });
      return await name(temporary);
    } finally {
      await rm(temporary, { force: true });
    }
  }
}

/** Does something with a file, making its folder when that is what is missing. */
async function inFolder<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await mkdir(dirname(file), { recursive: true });
    return action();
  }
}

/** A file's name is on the disk when its folder is, and the folder's name when the folder above is. */
async function flushName(file: string): Promise<void> {
  for (const folder of [dirname(file), dirname(dirname(file))]) {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

/** Lets the age of an old file begin anew; false when it is gone. */
async function renewed(file: string): Promise<boolean> {
  const found = await statIfThere(file);
  if (!found) return false;
  const now = new Date();
  if (now.getTime() - found.mtimeMs < RENEW_AFTER_MS) return true;
  try {
    await utimes(file, now, now);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function statIfThere(file: string) {
  try {
    return await stat(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
