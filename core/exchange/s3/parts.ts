import type * as S3 from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { statusOf } from './failures.js';

type Sdk = typeof S3;

interface ObjectAt {
  readonly Bucket: string;
  readonly Key: string;
}

/** Length of a part, of all but the last: S3 allows 10,000, so an object may have 160 GiB. */
export const PART_BYTES = 16 * 2 ** 20;

/** Parts that travel at the same time. */
const SIDE_BY_SIDE = 4;

/** Uploads an object part by part, the server checking the sha256 of each; nothing is seen of it before all are there. */
export async function inParts(
  sdk: Sdk,
  client: S3Client,
  at: ObjectAt,
  bytes: Uint8Array,
  partBytes: number,
  checksum: (bytes: Uint8Array) => string,
): Promise<void> {
  const { UploadId } = await client.send(
    new sdk.CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm: 'SHA256' }),
  );
  try {
    const Parts = await sideBySide(Math.ceil(bytes.byteLength / partBytes), async (part) => {
      const Body = bytes.subarray(part * partBytes, (part + 1) * partBytes);
      const PartNumber = part + 1;
      const ChecksumSHA256 = checksum(Body);
      const { ETag } = await client.send(
        new sdk.UploadPartCommand({ ...at, UploadId, PartNumber, Body, ChecksumSHA256 }),
      );
      return { PartNumber, ETag, ChecksumSHA256 };
    });
    await client.send(
      new sdk.CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }),
    );
  } catch (error) {
    // What is left of an upload that cannot even be given up is for the bucket's own rules.
    await client.send(new sdk.AbortMultipartUploadCommand({ ...at, UploadId })).catch(() => undefined);
    throw error;
  }
}

/** Reads an object: its beginning, which tells the length, then what is left side by side, if it is still the same object. */
export async function readRanges(
  sdk: Sdk,
  client: S3Client,
  at: ObjectAt,
  partBytes: number,
): Promise<Uint8Array> {
  const range = async (from: number, IfMatch?: string) => {
    const Range = `bytes=${String(from)}-${String(from + partBytes - 1)}`;
    const answer = await client.send(
      new sdk.GetObjectCommand({ ...at, Range, ...(IfMatch !== undefined && { IfMatch }) }),
    );
    const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array(0);
    return { bytes, etag: answer.ETag, total: totalOf(answer.ContentRange) ?? bytes.byteLength };
  };
  let first;
  try {
    first = await range(0);
  } catch (error) {
    // An empty object has no first byte.
    if (statusOf(error) === 416) return new Uint8Array(0);
    throw error;
  }
  const { bytes, etag, total } = first;
  if (total <= bytes.byteLength) return bytes;
  const whole = new Uint8Array(total);
  whole.set(bytes);
  await sideBySide(Math.ceil(total / partBytes) - 1, async (part) => {
    const from = (part + 1) * partBytes;
    whole.set((await range(from, etag)).bytes, from);
  });
  return whole;
}

/** Length of the whole object in `bytes 0-99/1234`. */
function totalOf(contentRange: string | undefined): number | undefined {
  const [, total] = /\/(\d+)$/.exec(contentRange ?? '') ?? [];
  return total === undefined ? undefined : Number(total);
}

/** Does something for 0 … count − 1, a few at a time; results are in that order. When one fails no other is begun, and those begun are waited for. */
async function sideBySide<T>(count: number, work: (at: number) => Promise<T>): Promise<T[]> {
  const results = new Array<T>(count);
  let next = 0;
  let failed = false;
  const workers = Array.from({ length: Math.min(SIDE_BY_SIDE, count) }, async () => {
    while (next < count && !failed) {
      const at = next++;
      try {
        results[at] = await work(at);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  });
  for (const { status, ...outcome } of await Promise.allSettled(workers)) {
    if (status === 'rejected' && 'reason' in outcome) throw outcome.reason;
  }
  return results;
}
