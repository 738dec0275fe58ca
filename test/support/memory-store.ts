import { AmalurError } from '../../core/errors.js';
import { RENEW_AFTER_MS, type Store, type StoredItem } from '../../core/exchange/store.js';
import { sha256 } from '../../core/json.js';

/** A store that lives as long as a test does. @param now its clock, in milliseconds */
export function memoryStore(now: () => number = () => 0): Store {
  const changed = new Map<string, number>();
  const blobs = new Map<string, Uint8Array>();
  const records = new Map<string, string>();
  return {
    put(bytes) {
      const hash = sha256(bytes);
      if (!blobs.has(hash) || now() - (changed.get(hash) ?? 0) >= RENEW_AFTER_MS) changed.set(hash, now());
      blobs.set(hash, Uint8Array.from(bytes));
      return Promise.resolve(hash);
    },
    get(hash) {
      const bytes = blobs.get(hash);
      if (!bytes) throw new AmalurError('AMALUR_BLOB_MISSING', `blob ${hash} is not in the store`);
      return Promise.resolve(bytes);
    },
    putIfAbsent(key, record) {
      if (!records.has(key)) {
        records.set(key, record);
        changed.set(key, now());
      }
      return Promise.resolve(records.get(key) ?? record);
    },
    readRecord: (key) => Promise.resolve(records.get(key)),
    list: (shelf) => listed(shelf === 'blobs' ? blobs : records, changed),
    remove: (shelf, { name }) => Promise.resolve((shelf === 'blobs' ? blobs : records).delete(name)),
    removeUnfinished: () => Promise.resolve(0),
  };
}

async function* listed(
  shelf: ReadonlyMap<string, Uint8Array | string>,
  changed: ReadonlyMap<string, number>,
): AsyncIterable<StoredItem> {
  for (const [name, content] of shelf) {
    yield await Promise.resolve({ name, bytes: content.length, changedAt: changed.get(name) ?? 0 });
  }
}
