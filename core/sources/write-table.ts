import { DuckDBDataChunk, DuckDBInstance, DOUBLE, VARCHAR, type DuckDBValue } from '@duckdb/node-api';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { AmalurError } from '../errors.js';
import { DISK_FULL, PassingError } from './failures.js';
import type { Dictionary } from './source.js';
import { quoteName, quoteText } from './sql.js';

export interface TableToWrite {
  readonly rows: number;
  readonly text: ReadonlyMap<string, Dictionary>;
  readonly numbers: ReadonlyMap<string, Float64Array>;
}

const FORMATS: Readonly<Record<string, string>> = {
  '.csv': 'FORMAT csv, HEADER',
  '.parquet': 'FORMAT parquet',
};

/** Rows of one DuckDB vector. */
const CHUNK = 2048;

/**
 * Writes a table as .csv or .parquet, all of it or nothing: a reader never sees half a file. Numbers keep every bit.
 * @returns sha256 of the file
 * @throws AMALUR_INVALID_JOB for another file name extension, AMALUR_OUTPUT_UNWRITABLE where the file cannot be written
 */
export async function writeTable(file: string, table: TableToWrite): Promise<string> {
  const format = FORMATS[path.extname(file).toLowerCase()];
  if (format === undefined) {
    throw new AmalurError('AMALUR_INVALID_JOB', `cannot tell the format of ${path.basename(file)}`, {
      field: 'output',
      suggestion: 'end the file name in .csv or .parquet',
    });
  }
  const partial = `${file}.${process.pid}.partial`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    // DuckDB would say the same in its own words, which can't be told apart from a defect.
    await (await open(partial, 'w')).close();
    await copyTo(partial, format, table);
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
    return full ? new PassingError('ENOSPC', `the file ${file} cannot be written: the disk is full`) : error;
  }
  return new AmalurError('AMALUR_OUTPUT_UNWRITABLE', `the file ${file} cannot be written: ${reason}`, {
    field: 'output',
    suggestion: 'name a file in a folder in which the worker may write',
  });
}

async function copyTo(file: string, format: string, { rows, text, numbers }: TableToWrite): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const columns = [
      ...[...text.keys()].map((name) => `${quoteName(name)} VARCHAR`),
      ...[...numbers.keys()].map((name) => `${quoteName(name)} DOUBLE`),
    ];
    await connection.run(`CREATE TABLE result (${columns.join(', ')})`);
    const appender = await connection.createAppender('result');
    const types = [...[...text.keys()].map(() => VARCHAR), ...[...numbers.keys()].map(() => DOUBLE)];
    for (let from = 0; from < rows; from += CHUNK) {
      const to = Math.min(rows, from + CHUNK);
      const chunk = DuckDBDataChunk.create(types, to - from);
      const values: DuckDBValue[][] = [
        ...[...text.values()].map(({ codes, values: words }) =>
          Array.from(codes.subarray(from, to), (code) => words[code] ?? null),
        ),
        ...[...numbers.values()].map((column) => Array.from(column.subarray(from, to))),
      ];
      chunk.setColumns(values);
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    await connection.run(`COPY result TO ${quoteText(file)} (${format})`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
