import type { DuckDBValue } from '@duckdb/node-api';
import path from 'node:path';
import { AmalurError } from '../errors.js';
import type { Dictionary } from './source.js';
import { quoteName, quoteText } from './sql.js';
import { writeWhole } from './write-whole.js';

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
  return writeWhole(file, (partial) => copyTo(partial, format, table));
}

async function copyTo(file: string, format: string, { rows, text, numbers }: TableToWrite): Promise<void> {
  const { DuckDBDataChunk, DuckDBInstance, DOUBLE, VARCHAR } = await import('@duckdb/node-api');
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
