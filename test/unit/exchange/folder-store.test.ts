import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFolderStore } from '../../../core/exchange/index.js';
import { sha256 } from '../../../core/json.js';
import { runChild, transpileTo } from '../../support/core-in-child.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-store-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const text = (value: string) => Buffer.from(value, 'utf8');
const blobFile = (hash: string) => join(folder, 'blobs', hash.slice(0, 2), hash);

describe('folder store', () => {
  test('a blob is named by its sha256 and read back', async () => {
    const store = createFolderStore(folder);
    const hash = await store.put(text('abc'));
    expect(hash).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(Buffer.from(await store.get(hash)).toString()).toBe('abc');
    expect(await readFile(blobFile(hash), 'utf8')).toBe('abc');
  });

  test('storing what is there costs no write', async () => {
    const store = createFolderStore(folder);
    const hash = await store.put(text('abc'));
    await utimes(blobFile(hash), 1, 1);
    const before = await stat(blobFile(hash));
    await store.put(text('abc'));
    const after = await stat(blobFile(hash));
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });

  test('a blob that is not there is AMALUR_BLOB_MISSING', async () => {
    await expect(createFolderStore(folder).get(sha256('x'))).rejects.toMatchObject({
      code: 'AMALUR_BLOB_MISSING',
    });
  });

  test.each(['abd', '', 'abcd'])(
    'an altered blob is AMALUR_BLOB_CORRUPT, and storing it again mends it (%j)',
    async (altered) => {
      const store = createFolderStore(folder);
      const hash = await store.put(text('abc'));
      await writeFile(blobFile(hash), altered);
      await expect(store.get(hash)).rejects.toMatchObject({ code: 'AMALUR_BLOB_CORRUPT' });
      await store.put(text('abc'));
      expect(Buffer.from(await store.get(hash)).toString()).toBe('abc');
    },
  );

  test('the first record of a key stays in force', async () => {
    const store = createFolderStore(folder);
    const key = sha256('step');
    expect(await store.readRecord(key)).toBeUndefined();
    expect(await store.putIfAbsent(key, 'first')).toBe('first');
    expect(await createFolderStore(folder).putIfAbsent(key, 'second')).toBe('first');
    expect(await store.readRecord(key)).toBe('first');
  });

  test('only a sha256 is a name', async () => {
    const store = createFolderStore(folder);
    await expect(store.get('../../etc/passwd')).rejects.toThrow(TypeError);
    await expect(store.putIfAbsent('key', 'record')).rejects.toThrow(TypeError);
  });

  test('nothing temporary is left, and what a killed process left does no harm', async () => {
    const store = createFolderStore(folder);
    await store.put(text('abc'));
    await writeFile(join(folder, 'temporary', '1-left'), 'half');
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.putIfAbsent(sha256('k'), `record ${i}`)));
    await store.put(text('def'));
    expect(await readdir(join(folder, 'temporary'))).toEqual(['1-left']);
  });

  test('of writers in several processes exactly one wins every key, and all see the same record', async () => {
    const code = join(folder, 'code');
    await transpileTo(code, ['core/errors.ts', 'core/json.ts', 'core/exchange/folder-store.ts']);
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
    await transpileTo(code, ['core/errors.ts', 'core/json.ts', 'core/exchange/folder-store.ts']);
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
