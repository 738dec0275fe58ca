import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFolderStore } from '../../../core/exchange/index.js';
import { sha256 } from '../../../core/json.js';
import { runChild, transpileTo } from '../../support/core-in-child.js';
import { testStore } from '../../support/store-suite.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-store-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const MODULES = ['errors', 'json', 'exchange/store', 'exchange/folder-store'].map(
  (name) => `core/${name}.ts`,
);
const text = (value: string) => Buffer.from(value, 'utf8');
const blobFile = (hash: string) => join(folder, 'blobs', hash.slice(0, 2), hash);

describe('folder store', () => {
  testStore({
    open: () => createFolderStore(folder),
    alter: (hash, bytes) => writeFile(blobFile(hash), bytes),
    writtenAt: async (hash) => {
      const { ino, mtimeMs } = await stat(blobFile(hash));
      return [ino, mtimeMs];
    },
  });

  test('a blob lies where its name says', async () => {
    const hash = await createFolderStore(folder).put(text('abc'));
    expect(await readFile(blobFile(hash), 'utf8')).toBe('abc');
  });

  test('storing what is old lets its age begin anew, and writes nothing', async () => {
    const store = createFolderStore(folder);
    const hash = await store.put(text('abc'));
    const { ino } = await stat(blobFile(hash));
    await utimes(blobFile(hash), 1, 1);
    await store.put(text('abc'));
    const after = await stat(blobFile(hash));
    expect(after.ino).toBe(ino);
    expect(Date.now() - after.mtimeMs).toBeLessThan(60_000);
  });

  test('nothing temporary is left, and what a killed process left does no harm', async () => {
    const store = createFolderStore(folder);
    await store.put(text('abc'));
    await writeFile(join(folder, 'temporary', '1-left'), 'half');
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.putIfAbsent(sha256('k'), `record ${i}`)));
    await store.put(text('def'));
    expect(await readdir(join(folder, 'temporary'))).toEqual(['1-left']);
  });

  test('what a process that was killed more than a day ago has left is removed, and what is being written stays', async () => {
    const store = createFolderStore(folder);
    expect(await store.removeUnfinished(Date.now(), false)).toBe(0);
    const hash = await store.put(text('abc'));
    const dayAgo = Date.now() - 86_400_000;
    for (const [name, age] of [
      ['1-old', 10],
      ['2-old', 3],
      ['3-young', -60],
    ] as const) {
      const file = join(folder, 'temporary', name);
      await writeFile(file, 'half');
      await utimes(file, dayAgo / 1000 - age, dayAgo / 1000 - age);
    }
    await utimes(blobFile(hash), 1, 1);
    expect(await store.removeUnfinished(dayAgo, true)).toBe(2);
    expect(await readdir(join(folder, 'temporary'))).toHaveLength(3);
    expect(await store.removeUnfinished(dayAgo, false)).toBe(2);
    expect(await readdir(join(folder, 'temporary'))).toEqual(['3-young']);
    expect(Buffer.from(await store.get(hash)).toString()).toBe('abc');
  });

  test('of writers in several processes exactly one wins every key, and all see the same record', async () => {
    const code = join(folder, 'code');
    await transpileTo(code, MODULES);
    const script = join(code, 'writer.js');
    await writeFile(
      script,
      `import { createFolderStore } from './core/exchange/folder-store.js';
       import { sha256 } from './core/json.js';
       const [, , folder, me] = process.argv;
       const store = createFolderStore(folder);
       const seen = [];
       for (let i = 0; i < 100; i++) {
         seen.push(await store.putIfAbsent(sha256('key ' + i), me.repeat(1000)));
         await store.put(Buffer.from('shared blob ' + i));
       }
       process.send(seen);`,
    );
    const shared = join(folder, 'shared');
    const results = await Promise.all(['a', 'b', 'c', 'd'].map((me) => runChild(script, [shared, me])));
    for (const result of results) expect(result).toEqual(results[0]);
    const store = createFolderStore(shared);
    for (let i = 0; i < 100; i++) {
      expect(await store.readRecord(sha256(`key ${i}`))).toMatch(/^(a{1000}|b{1000}|c{1000}|d{1000})$/);
      expect(await store.get(sha256(`shared blob ${i}`))).toEqual(text(`shared blob ${i}`));
    }
    expect(await readdir(join(shared, 'temporary'))).toEqual([]);
  });

  test('a disk that is full leaves nothing half written', async () => {
    const code = join(folder, 'code');
    await transpileTo(code, MODULES);
    await writeFile(
      join(code, 'writer.js'),
      `import { createFolderStore } from './core/exchange/folder-store.js';
       const store = createFolderStore(process.argv[2]);
       await store.put(new Uint8Array(1 << 20).fill(7)).then(() => process.exit(1), (error) => console.log(error.code));`,
    );
    const full = join(folder, 'full');
    // A limit on the size of files stands for the full disk: the write fails half-way just so, with EFBIG for ENOSPC.
    const out = execFileSync('sh', [
      '-c',
      'trap "" XFSZ; ulimit -f 64; exec "$0" "$@"',
      process.execPath,
      join(code, 'writer.js'),
      full,
    ]);
    expect(out.toString().trim()).toBe('EFBIG');
    expect(await readdir(join(full, 'temporary'))).toEqual([]);
    expect(await readdir(full)).toEqual(['temporary']);
  });
});
