import { createHash } from 'node:crypto';
import { AmalurError } from '../../errors.js';
import { sha256 } from '../../json.js';
import { isName, pathOf, RENEW_AFTER_MS, type Shelf, type Store, type StoredItem } from '../store.js';
import { Bucket, type Head } from './bucket.js';
import type { S3Location, S3Options } from './location.js';

/** An object whose second conditional write must be refused; it stays, so that one request is enough from then on. */
const PROBE = 'conditional-write-probe';

/** Times that a record is written that is said to be there and is not found: another hand has taken it away meanwhile. */
const VANISHED = 5;

export interface S3Store extends Store {
  /** @throws AMALUR_STORE_UNFIT if the server takes a conditional write whose condition is not met, else what keeps it from being used */
  verify(): Promise<void>;
}

/**
 * A store in a bucket, which any number of processes may use at once: objects `<prefix>blobs/ab/abcd…` and
 * `<prefix>records/ab/abcd…`. That of many writers of a record one wins rests on the server's conditional writes, so nothing
 * is written before it has shown that it honours them. Keeping is the server's: what it acknowledges is stored.
 * @param partBytes length of the parts of long blobs; for tests
 */
export function createS3Store(location: S3Location, options: S3Options, partBytes?: number): S3Store {
  return new BucketStore(new Bucket(location, options, partBytes));
}

class BucketStore implements S3Store {
  #verified: Promise<void> | undefined;
  /** Blobs that were read damaged while the server thought them whole. */
  readonly #damaged = new Set<string>();

  constructor(private readonly bucket: Bucket) {}

  async put(bytes: Uint8Array): Promise<string> {
    const hash = sha256(bytes);
    const key = keyOf('blobs', hash);
    await this.#verifiedOnce();
    if (this.#damaged.has(hash) || !(await this.#hasYoung(key, bytes, hash))) {
      await this.bucket.put(key, bytes);
      this.#damaged.delete(hash);
    }
    return hash;
  }

  async get(hash: string): Promise<Uint8Array> {
    const bytes = await this.bucket.get(keyOf('blobs', hash));
    if (bytes === undefined) {
      throw new AmalurError('AMALUR_BLOB_MISSING', `blob ${hash} is not in the store ${this.#name}`);
    }
    if (sha256(bytes) !== hash) {
      this.#damaged.add(hash);
      throw new AmalurError(
        'AMALUR_BLOB_CORRUPT',
        `blob ${hash} in the store ${this.#name} has been altered: its content does not have its sha256`,
        { suggestion: 'remove that object from the bucket, then run the job again' },
      );
    }
    return bytes;
  }

  async putIfAbsent(key: string, record: string): Promise<string> {
    const object = keyOf('records', key);
    await this.#verifiedOnce();
    for (let attempt = 1; attempt <= VANISHED; attempt += 1) {
      if (await this.bucket.putNew(object, Buffer.from(record, 'utf8'))) return record;
      const inForce = await this.readRecord(key);
      if (inForce !== undefined) return inForce;
    }
    throw unfit(`the record ${key} is said to be in the store ${this.#name}, and is not found there`);
  }

  async readRecord(key: string): Promise<string | undefined> {
    const bytes = await this.bucket.get(keyOf('records', key));
    return bytes && Buffer.from(bytes).toString('utf8');
  }

  async *list(shelf: Shelf): AsyncIterable<StoredItem> {
    for await (const { key, bytes, changedAt } of this.bucket.list(shelf)) {
      const name = key.split('/').at(-1) ?? '';
      if (isName(name)) yield { name, bytes, changedAt };
    }
  }

  async remove(shelf: Shelf, { name, changedAt }: StoredItem): Promise<boolean> {
    const key = keyOf(shelf, name);
    const head = await this.bucket.head(key);
    if (head === undefined || seconds(head.LastModified?.getTime()) !== seconds(changedAt)) return false;
    await this.bucket.remove(key);
    return true;
  }

  async removeUnfinished(before: number, dryRun: boolean): Promise<number> {
    let count = 0;
    for await (const upload of this.bucket.uploads('blobs' satisfies Shelf)) {
      if (upload.begunAt >= before) continue;
      if (!dryRun) await this.bucket.giveUp(upload);
      count += 1;
    }
    return count;
  }

  async verify(): Promise<void> {
    const there = Buffer.from('amalur');
    if (!(await this.bucket.putNew(PROBE, there))) return;
    if (await this.bucket.putNew(PROBE, there)) {
      throw unfit(`the server of ${this.#name} ignores If-None-Match: two writers would both win`);
    }
  }

  get #name(): string {
    const { bucket, prefix } = this.bucket.location;
    return `s3://${bucket}/${prefix}`;
  }

  async #verifiedOnce(): Promise<void> {
    this.#verified ??= this.verify().catch((error: unknown) => {
      this.#verified = undefined;
      throw error;
    });
    return this.#verified;
  }

  /** Whether the blob is there whole, and not so old that garbage collection might be about to take it. */
  async #hasYoung(key: string, bytes: Uint8Array, hash: string): Promise<boolean> {
    const head = await this.bucket.head(key);
    if (head?.LastModified === undefined || head.ContentLength !== bytes.byteLength) return false;
    if (Date.now() - head.LastModified.getTime() >= RENEW_AFTER_MS) return false;
    const told = sameByTold(head, bytes, hash);
    if (told !== undefined) return told;
    const there = await this.bucket.get(key);
    return there !== undefined && sha256(there) === hash;
  }
}

/** Whether an object is these bytes by what the server tells of it; undefined where it tells nothing that can be compared. */
function sameByTold({ ChecksumSHA256, ETag }: Head, bytes: Uint8Array, hash: string): boolean | undefined {
  // An object of parts has a checksum of checksums, with their number behind a dash; an ETag may be anything but looks like md5.
  if (ChecksumSHA256 !== undefined && !ChecksumSHA256.includes('-'))
    return ChecksumSHA256 === Buffer.from(hash, 'hex').toString('base64');
  const [, md5] = /^"?([0-9a-f]{32})"?$/.exec(ETag ?? '') ?? [];
  if (md5 === undefined) return undefined;
  return md5 === createHash('md5').update(bytes).digest('hex') ? true : undefined;
}

/** Lists and heads of one server may tell times with and without milliseconds. */
function seconds(time: number | undefined): number | undefined {
  return time === undefined ? undefined : Math.floor(time / 1000);
}

function keyOf(shelf: Shelf, name: string): string {
  return pathOf(shelf, name).join('/');
}

function unfit(message: string): AmalurError {
  return new AmalurError('AMALUR_STORE_UNFIT', message, {
    suggestion: 'use a server, or a version of it, that honours If-None-Match: * on PutObject',
  });
}
