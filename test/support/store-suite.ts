import { expect, test } from 'vitest';
import type { Shelf, Store, StoredItem } from '../../core/exchange/store.js';
import { sha256 } from '../../core/json.js';

/** What the tests of any store need to know of one. */
export interface StoreCase {
  /** The same store at every call within a test, as another process would open it; another one in the next test. */
  readonly open: () => Store;
  /** Overwrites a blob behind the store's back. */
  readonly alter: (hash: string, bytes: Uint8Array) => Promise<void>;
  /** Whatever tells that a blob has been written since. */
  readonly writtenAt: (hash: string) => Promise<unknown>;
}

const text = (value: string) => Buffer.from(value, 'utf8');

export async function all(store: Store, shelf: Shelf): Promise<StoredItem[]> {
  const items: StoredItem[] = [];
  for await (const item of store.list(shelf)) items.push(item);
  return items.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The guarantees that every store gives. */
export function testStore({ open, alter, writtenAt }: StoreCase): void {
  test('a blob is named by its sha256 and read back', async () => {
    const hash = await open().put(text('abc'));
    expect(hash).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(Buffer.from(await open().get(hash)).toString()).toBe('abc');
  });

  test('no byte is a blob too', async () => {
    const hash = await open().put(new Uint8Array(0));
    expect((await open().get(hash)).byteLength).toBe(0);
  });

  test('storing what is there costs no write', async () => {
    const hash = await open().put(text('abc'));
    const before = await writtenAt(hash);
    await open().put(text('abc'));
    expect(await writtenAt(hash)).toEqual(before);
  });

  test('a blob that is not there is AMALUR_BLOB_MISSING', async () => {
    await expect(open().get(sha256('x'))).rejects.toMatchObject({ code: 'AMALUR_BLOB_MISSING' });
  });

  test.each(['abd', '', 'abcd'])(
    'an altered blob is AMALUR_BLOB_CORRUPT, and storing it again mends it (%j)',
    async (altered) => {
      const hash = await open().put(text('abc'));
      await alter(hash, text(altered));
      await expect(open().get(hash)).rejects.toMatchObject({ code: 'AMALUR_BLOB_CORRUPT' });
      await open().put(text('abc'));
      expect(Buffer.from(await open().get(hash)).toString()).toBe('abc');
    },
  );

  test('the first record of a key stays in force', async () => {
    const key = sha256('step');
    expect(await open().readRecord(key)).toBeUndefined();
    expect(await open().putIfAbsent(key, 'first')).toBe('first');
    expect(await open().putIfAbsent(key, 'second')).toBe('first');
    expect(await open().readRecord(key)).toBe('first');
  });

  test('of many writers of a record one wins, and all are told its record', async () => {
    const writers = Array.from({ length: 20 }, (_, i) =>
      open().putIfAbsent(sha256('k'), `record ${String(i)}`),
    );
    const told = await Promise.all(writers);
    expect(new Set(told).size).toBe(1);
    expect(await open().readRecord(sha256('k'))).toBe(told[0]);
  });

  test('only a sha256 is a name', async () => {
    await expect(open().get('../../etc/passwd')).rejects.toThrow(TypeError);
    await expect(open().putIfAbsent('key', 'record')).rejects.toThrow(TypeError);
  });

  test('what is stored is listed with its size and age, and gone once it is removed', async () => {
    expect(await all(open(), 'blobs')).toEqual([]);
    const hashes = await Promise.all(['a', 'bc', 'def'].map((value) => open().put(text(value))));
    await open().putIfAbsent(sha256('k'), 'record');
    const blobs = await all(open(), 'blobs');
    expect(blobs.map(({ name, bytes }) => `${name} ${String(bytes)}`)).toEqual(
      hashes.map((hash, i) => `${hash} ${String(i + 1)}`).sort(),
    );
    for (const { changedAt } of blobs) expect(Math.abs(Date.now() - changedAt)).toBeLessThan(60_000);
    expect(await all(open(), 'records')).toMatchObject([{ name: sha256('k'), bytes: 6 }]);
    for (const blob of blobs) expect(await open().remove('blobs', blob)).toBe(true);
    expect(await open().remove('blobs', blobs[0]!)).toBe(false);
    expect(await all(open(), 'blobs')).toEqual([]);
    await expect(open().get(hashes[0]!)).rejects.toMatchObject({ code: 'AMALUR_BLOB_MISSING' });
  });

  test('what has been stored again since it was listed is not removed', async () => {
    const hash = await open().put(text('abc'));
    const [listed] = await all(open(), 'blobs');
    const outdated = { ...listed!, changedAt: listed!.changedAt - 5_000 };
    expect(await open().remove('blobs', outdated)).toBe(false);
    expect(Buffer.from(await open().get(hash)).toString()).toBe('abc');
  });
}
