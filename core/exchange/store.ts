/**
 * Content-addressed blobs and the commit records that name them. Implementations: a folder (folder-store.ts); S3 can follow.
 * All operations are atomic: a reader sees all of a blob or record, or none.
 */
export interface Store {
  /** Stores bytes and returns their sha256. Storing what is there already costs no write. */
  put(bytes: Uint8Array, keeping?: Keeping): Promise<string>;
  /** Reads a blob and verifies it. Throws AMALUR_BLOB_MISSING or AMALUR_BLOB_CORRUPT. */
  get(sha256: string): Promise<Uint8Array>;
  /** Writes a record unless one of that key exists; returns the record that is in force. The first writer wins for ever. */
  putIfAbsent(key: string, record: string, keeping?: Keeping): Promise<string>;
  /** Reads a record; undefined when there is none. */
  readRecord(key: string): Promise<string | undefined>;
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
