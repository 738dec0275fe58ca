/**
 * Content-addressed blobs and the commit records that name them. Implementations: a folder (folder-store.ts), and a bucket of a
 * server that speaks S3 (s3/s3-store.ts). All operations are atomic: a reader sees all of a blob or record, or none.
 */
export interface Store {
  /** Stores bytes and returns their sha256. Storing what is there already costs no write; from an hour on its age begins anew. */
  put(bytes: Uint8Array, keeping?: Keeping): Promise<string>;
  /** Reads a blob and verifies it. Throws AMALUR_BLOB_MISSING or AMALUR_BLOB_CORRUPT. */
  get(sha256: string): Promise<Uint8Array>;
  /** Writes a record unless one of that key exists; returns the record that is in force. The first writer wins for ever. */
  putIfAbsent(key: string, record: string, keeping?: Keeping): Promise<string>;
  /** Reads a record; undefined when there is none. */
  readRecord(key: string): Promise<string | undefined>;
  /** All that is there of a kind, in no order; what comes or goes meanwhile may be listed or not. */
  list(shelf: Shelf): AsyncIterable<StoredItem>;
  /** Removes what was listed, unless it has been stored again since; says whether it is gone. Only garbage collection does it. */
  remove(shelf: Shelf, item: StoredItem): Promise<boolean>;
  /**
   * Removes what was begun before a time and has never become a blob or record: whoever wrote it is gone. Returns how many there were.
   * @param before milliseconds since 1970
   * @param dryRun counts them, and leaves them
   */
  removeUnfinished(before: number, dryRun: boolean): Promise<number>;
}

/** What a store holds: blobs by their sha256, records by their key. */
export type Shelf = 'blobs' | 'records';

export interface StoredItem {
  /** sha256 of the blob, or key of the record. */
  readonly name: string;
  readonly bytes: number;
  /** When it was written, or stored again; milliseconds since 1970 by the clock of the store. */
  readonly changedAt: number;
}

/** What is stored again is as good as new from this age on, in milliseconds: garbage collection goes by age. */
export const RENEW_AFTER_MS = 3_600_000;

/** Names of blobs and records: other text is no name, and never reaches a file system or a server. */
const SHA256 = /^[0-9a-f]{64}$/;

export function isName(text: string): boolean {
  return SHA256.test(text);
}

/** Where an item is within its store: `blobs/ab/abcd…`, so that no folder has too many entries. */
export function pathOf(shelf: Shelf, name: string): readonly [Shelf, string, string] {
  if (!isName(name)) throw new TypeError('a blob or record is named by a sha256 in lower-case hex');
  return [shelf, name.slice(0, 2), name];
}

/**
 * flushed (the default): survives a power cut. cached: survives the death of every process; a power cut may lose it, and a
 * later read then says so. A flush costs some milliseconds, several of which would be most of a round's transfer.
 */
export type Keeping = 'flushed' | 'cached';

/** Where a blob lives: the exchange, which all sites reach, or the private store of one site. */
export type Home = 'exchange' | `private:${string}`;

/** A blob as messages and histories carry it. */
export interface BlobRef {
  readonly home: Home;
  readonly sha256: string;
  readonly bytes: number;
  /** What it is, e.g. `message`, `checkpoint`, `keys`, `table`. */
  readonly kind: string;
}
