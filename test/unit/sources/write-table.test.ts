import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failureOf } from '../../../activities/failures.js';
import { writeTable } from '../../../core/sources/write-table.js';

test.each(['csv', 'parquet'])(
  'a full disk while .%s is written is tried again, and leaves no file',
  async (format) => {
    const folder = await mkdtemp(join(tmpdir(), 'amalur-write-'));
    const file = join(folder, `scores.${format}`);
    await symlink('/dev/full', `${file}.${String(process.pid)}.partial`);
    const rows = 200_000;
    const scores = Float64Array.from({ length: rows }, (_, row) => Math.sin(row));
    const error = await writeTable(file, {
      rows,
      text: new Map(),
      numbers: new Map([['score', scores]]),
    }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'AMALUR_DISK_FULL' });
    expect(failureOf(error)).toMatchObject({ type: 'AMALUR_DISK_FULL', nonRetryable: false });
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  },
);
