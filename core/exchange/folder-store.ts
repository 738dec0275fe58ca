import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AmalurError } from '../errors.js';
import { sha256 } from '../json.js';
import type { Keeping, Store } from './store.js';

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * A store in a folder, which any number of processes may use at once:
 *
 * - `blobs/ab/abcd…` the bytes whose sha256 is `abcd…`
 * - `records/ab/abcd…` the record with the key `abcd…`
 * - `temporary/` files being written; what a killed process leaves here is never read
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
    if (present === undefined || Buffer.compare(present, bytes) !== 0) {
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

  #file(kind: 'blobs' | 'records', key: string): string {
    if (!SHA256.test(key)) throw new TypeError('a blob or record is named by a sha256 in lower-case hex');
    return join(this.#folder, kind, key.slice(0, 2), key);
  }

  /** Writes a temporary file, hands it to `name`, and removes it whatever happens. */
  async #write<T>(bytes: Uint8Array, keeping: Keeping, name: (temporary: string) => Promise<T>): Promise<T> {
    const temporary = join(this.#folder, 'temporary', `${process.pid}-${randomBytes(9).toString('hex')}`);
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
