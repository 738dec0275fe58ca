import { hash } from 'node:crypto';

/**
 * The bucket of a text: the first six bytes of the SHA-256 of its UTF-8 bytes, as a big-endian number, modulo `buckets`. In Python:
 * `int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], 'big') % buckets`.
 */
export function bucketOf(text: string, buckets: number): number {
  return hash('sha256', text, 'buffer').readUIntBE(0, 6) % buckets;
}
