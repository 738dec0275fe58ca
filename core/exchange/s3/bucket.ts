import type * as S3 from '@aws-sdk/client-s3';
import type {
  HeadObjectCommandOutput,
  ListMultipartUploadsCommandInput,
  ListMultipartUploadsCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { isAbsent, isContended, isTaken, storeFailure } from './failures.js';
import type { S3Location, S3Options } from './location.js';
import { inParts, PART_BYTES, readRanges } from './parts.js';

type Sdk = typeof S3;

/** What the server says of an object without sending it. */
export type Head = Pick<
  HeadObjectCommandOutput,
  'ContentLength' | 'ETag' | 'ChecksumSHA256' | 'LastModified'
>;

export interface Listed {
  readonly key: string;
  readonly bytes: number;
  readonly changedAt: number;
}

/** An upload in parts that was begun and neither completed nor given up. */
export interface OpenUpload {
  readonly key: string;
  readonly id: string;
  readonly begunAt: number;
}

/** The sha256 of an object or a part, as S3 writes it. */
const checksum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64');

/** Tries of one request, the first included, with growing pauses between: some seconds altogether. What lasts longer is for the run to repeat. */
const ATTEMPTS = 4;
const TIMEOUTS = {
  connectionTimeout: 5_000,
  requestTimeout: 120_000,
  throwOnRequestTimeout: true,
  socketTimeout: 60_000,
};

/** Tries of a conditional write that meets another one of the same key. */
const CONTENDED = 10;

/**
 * Objects below a prefix of a bucket. The SDK is loaded and the server spoken to when they are first asked for, so that who keeps
 * folders pays nothing. Failures are those of failures.ts.
 */
export class Bucket {
  #connected: Promise<{ sdk: Sdk; client: S3Client }> | undefined;

  /** @param partBytes what is longer goes up and comes down in parts of this length; S3 wants 5 MiB at least */
  constructor(
    readonly location: S3Location,
    private readonly options: S3Options,
    private readonly partBytes: number = PART_BYTES,
  ) {}

  head(key: string): Promise<Head | undefined> {
    return this.#unlessAbsent(async ({ sdk, client }, at) =>
      client.send(new sdk.HeadObjectCommand({ ...at(key), ChecksumMode: 'ENABLED' })),
    );
  }

  /** The whole object; a long one is read in parts side by side, all of one version of it. */
  get(key: string): Promise<Uint8Array | undefined> {
    return this.#unlessAbsent(({ sdk, client }, at) => readRanges(sdk, client, at(key), this.partBytes));
  }

  /** Writes an object, in parts if it is long; the server checks its sha256. */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#do(async ({ sdk, client }, at) => {
      if (bytes.byteLength > this.partBytes) {
        await inParts(sdk, client, at(key), bytes, this.partBytes, checksum);
      } else {
        await client.send(
          new sdk.PutObjectCommand({ ...at(key), Body: bytes, ChecksumSHA256: checksum(bytes) }),
        );
      }
    });
  }

  /** Writes an object unless there is one; false if there is. */
  putNew(key: string, bytes: Uint8Array): Promise<boolean> {
    return this.#do(async ({ sdk, client }, at) => {
      const ChecksumSHA256 = checksum(bytes);
      for (let attempt = 1; ; attempt += 1) {
        try {
          await client.send(
            new sdk.PutObjectCommand({ ...at(key), Body: bytes, ChecksumSHA256, IfNoneMatch: '*' }),
          );
          return true;
        } catch (error) {
          if (isTaken(error)) return false;
          if (!isContended(error) || attempt === CONTENDED) throw error;
        }
      }
    });
  }

  async remove(key: string): Promise<void> {
    await this.#do(({ sdk, client }, at) => client.send(new sdk.DeleteObjectCommand(at(key))));
  }

  async *list(folder: string): AsyncIterable<Listed> {
    const { bucket, prefix } = this.location;
    for (let token: string | undefined; ;) {
      const page = await this.#do(({ sdk, client }) =>
        client.send(
          new sdk.ListObjectsV2Command({
            Bucket: bucket,
            Prefix: `${prefix}${folder}/`,
            ...(token !== undefined && { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        yield {
          key: Key.slice(prefix.length),
          bytes: Size,
          changedAt: LastModified?.getTime() ?? Date.now(),
        };
      }
      token = page.NextContinuationToken;
      if (token === undefined) return;
    }
  }

  async *uploads(folder: string): AsyncIterable<OpenUpload> {
    const { bucket, prefix } = this.location;
    let marker: Pick<ListMultipartUploadsCommandInput, 'KeyMarker' | 'UploadIdMarker'> | undefined = {};
    while (marker) {
      const input: ListMultipartUploadsCommandInput = {
        ...{ Bucket: bucket, Prefix: `${prefix}${folder}/` },
        ...marker,
      };
      const page: ListMultipartUploadsCommandOutput = await this.#do(({ sdk, client }) =>
        client.send(new sdk.ListMultipartUploadsCommand(input)),
      );
      for (const { Key = '', UploadId: id, Initiated } of page.Uploads ?? []) {
        const begunAt = Initiated?.getTime() ?? Date.now();
        if (id !== undefined) yield { key: Key.slice(prefix.length), id, begunAt };
      }
      const { NextKeyMarker, NextUploadIdMarker } = page;
      const more = page.IsTruncated === true && NextKeyMarker !== undefined;
      marker = more ? { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker } : undefined;
    }
  }

  /** Gives up an upload in parts; one that somebody else has ended meanwhile is none any more. */
  async giveUp({ key, id }: OpenUpload): Promise<void> {
    await this.#unlessAbsent(({ sdk, client }, at) =>
      client.send(new sdk.AbortMultipartUploadCommand({ ...at(key), UploadId: id })),
    );
  }

  async #unlessAbsent<T>(work: Work<T>): Promise<T | undefined> {
    return this.#do(async (connected, at) => {
      try {
        return await work(connected, at);
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    });
  }

  async #do<T>(work: Work<T>): Promise<T> {
    const { bucket, prefix } = this.location;
    this.#connected ??= connect(this.options);
    try {
      return await work(await this.#connected, (key) => ({ Bucket: bucket, Key: `${prefix}${key}` }));
    } catch (error) {
      throw storeFailure(error, this.location);
    }
  }
}

type Work<T> = (
  connected: { sdk: Sdk; client: S3Client },
  at: (key: string) => { Bucket: string; Key: string },
) => Promise<T>;

async function connect({
  endpoint,
  region,
  forcePathStyle,
}: S3Options): Promise<{ sdk: Sdk; client: S3Client }> {
  const sdk = await import('@aws-sdk/client-s3');
  // A server of one's own has no regions, but requests are signed with the name of one.
  const named = region ?? (endpoint === undefined ? undefined : 'us-east-1');
  const client = new sdk.S3Client({
    ...(endpoint !== undefined && { endpoint }),
    ...(named !== undefined && { region: named }),
    ...(forcePathStyle !== undefined && { forcePathStyle }),
    maxAttempts: ATTEMPTS,
    requestHandler: TIMEOUTS,
    // Every blob is verified by its own sha256; other checksums would only cost time, and not every server knows them.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return { sdk, client };
}
