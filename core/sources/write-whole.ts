import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { AmalurError } from '../errors.js';
import { DISK_FULL } from './failures.js';

/**
 * Writes a file, all of it or nothing: a reader never sees half a file.
 * @param fill writes the file of the name that it is given
 * @returns sha256 of the file
 * @throws AMALUR_OUTPUT_UNWRITABLE where the file cannot be written
 */
export async function writeWhole(file: string, fill: (partial: string) => Promise<void>): Promise<string> {
  const partial = `${file}.${process.pid}.partial`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    // Others, such as DuckDB, would say what is wrong in their own words, which can't be told apart from a defect.
    await (await open(partial, 'w')).close();
    await fill(partial);
    const digest = await sha256OfFile(partial);
    await rename(partial, file);
    return digest;
  } catch (error) {
    throw unwritable(error, file);
  } finally {
    await rm(partial, { force: true }).catch(() => undefined);
  }
}

/** What stands in the way of a file that somebody must put right; a full disk may have room again later. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'writing there is not permitted',
  EPERM: 'writing there is not permitted',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a part of its path is a file',
  EISDIR: 'there is a folder of that name',
  ENOENT: 'its folder cannot be made',
  ENAMETOOLONG: 'its name is too long',
};

function unwritable(error: unknown, file: string): unknown {
  const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''];
  if (reason === undefined) {
    const full = error instanceof Error && DISK_FULL.test(error.message);
    return full
      ? new AmalurError('AMALUR_DISK_FULL', `the file ${file} cannot be written: the disk is full`, {
          suggestion: 'make room there, or name a file on another disk',
        })
      : error;
  }
  return new AmalurError('AMALUR_OUTPUT_UNWRITABLE', `the file ${file} cannot be written: ${reason}`, {
    field: 'output',
    suggestion: 'name a file in a folder in which the worker may write',
  });
}

async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
