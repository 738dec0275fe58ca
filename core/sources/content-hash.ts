import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { hashJson } from '../json.js';
import { canonicalText, rowOf } from './canonical.js';
import type { Session } from './session.js';
import type { TableDefinition } from './source.js';
import { quoteName } from './sql.js';

export interface Content {
  readonly contentHash: string;
  readonly bytes: number;
}

/** sha256 of files that have not changed since they were read, by path, inode, size and time of change. */
const known = new Map<string, string>();

async function stateOf(path: string): Promise<{ readonly state: string; readonly size: number }> {
  const { ino, size, mtimeMs, ctimeMs } = await stat(path);
  return { state: [path, ino, size, mtimeMs, ctimeMs].join('|'), size };
}

/** Hash of a file's bytes and of the computed columns. Bytes are the file's size. */
export async function hashFile(path: string, definition: TableDefinition): Promise<Content> {
  const { state, size } = await stateOf(path);
  let hash = known.get(state);
  if (hash === undefined) {
    const sum = createHash('sha256');
    for await (const chunk of createReadStream(path)) sum.update(chunk as Buffer);
    hash = sum.digest('hex');
    // Of a file that has changed meanwhile that is the hash of neither version.
    if ((await stateOf(path)).state === state) known.set(state, hash);
  }
  return { contentHash: hashJson({ file: hash, computed: definition.computed ?? {} }), bytes: size };
}

/**
 * Hash of a database table: of its columns and of the sums, over all rows, of the two halves of the md5 of a row's canonical text; so it
 * does not depend on the order of rows, and rows that repeat count. Bytes are those of the canonical texts.
 */
export async function hashRows(session: Session, from: string): Promise<Content> {
  const texts = session.columns.map((column) => canonicalText(column, quoteName(column.name), 'key'));
  const [sums = []] = await session.rows(
    `SELECT count(*), sum(md5_number_lower(row))::VARCHAR, sum(md5_number_upper(row))::VARCHAR, coalesce(sum(strlen(row)), 0)::DOUBLE
     FROM (SELECT ${rowOf(texts)} AS row FROM ${from})`,
  );
  const [rows, lower, upper, bytes] = sums;
  const columns = session.columns.map(({ name, type }) => [name, type]);
  return { contentHash: hashJson({ columns, rows, lower, upper }), bytes: Number(bytes) };
}
