import type { Payload, PayloadCodec } from '@temporalio/common';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AmalurError } from '../../core/errors.js';
import type { CodecKey } from './keys.js';

const ENCODING = 'binary/encrypted';
const KEY_ID = 'amalur-key';
const CIPHER = 'aes-256-gcm';
const IV = 12;
const TAG = 16;

/**
 * Seals payloads by AES-256-GCM (NIST SP 800-38D) before they leave the process, and opens them when they come. A sealed payload has
 * in `data` a random IV of 12 bytes, the ciphertext of the whole payload and a tag of 16, and in its metadata the id of the key,
 * which the tag covers. What was never sealed is let through, so that keys can be brought in while runs go on.
 * @param keys the first seals, all open; without any nothing is sealed, and what is sealed is refused by name of the key
 */
export function createPayloadCodec(keys: readonly CodecKey[]): PayloadCodec {
  const [first] = keys;
  return {
    encode: async (payloads) => (first ? payloads.map((payload) => seal(payload, first)) : payloads),
    decode: async (payloads) => payloads.map((payload) => open(payload, keys)),
  };
}

function seal(payload: Payload, { id, key }: CodecKey): Payload {
  const iv = randomBytes(IV);
  const cipher = createCipheriv(CIPHER, key, iv);
  cipher.setAAD(Buffer.from(id));
  const sealed = Buffer.concat([iv, cipher.update(pack(payload)), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { encoding: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(id) }, data: sealed };
}

function open(payload: Payload, keys: readonly CodecKey[]): Payload {
  if (textOf(payload.metadata?.['encoding']) !== ENCODING) return payload;
  const id = textOf(payload.metadata?.[KEY_ID]);
  const found = keys.find((one) => one.id === id);
  if (!found) throw refused(`is sealed by key ${id || 'of no name'}, which this process does not have`);
  const data = Buffer.from(payload.data ?? []);
  try {
    const decipher = createDecipheriv(CIPHER, found.key, data.subarray(0, IV), { authTagLength: TAG });
    decipher.setAAD(Buffer.from(id));
    decipher.setAuthTag(data.subarray(data.length - TAG));
    return unpack(Buffer.concat([decipher.update(data.subarray(IV, data.length - TAG)), decipher.final()]));
  } catch {
    throw refused(
      `cannot be opened by key ${id}: the key is another of that name, or the payload was altered`,
    );
  }
}

function refused(what: string): AmalurError {
  // Where a worker refuses, only the message reaches the history: it carries the code.
  return new AmalurError('AMALUR_CODEC_KEY', `AMALUR_CODEC_KEY: a payload ${what}`, {
    suggestion:
      'give all workers and clients the same keys (AMALUR_CODEC_KEYS_FILE, or codec in the configuration)',
  });
}

/** Metadata and data behind the length of the metadata (uint32, big-endian). */
function pack({ metadata, data }: Payload): Buffer {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [
    name,
    Buffer.from(value).toString('base64'),
  ]);
  const head = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, Buffer.from(data ?? [])]);
}

function unpack(packed: Buffer): Payload {
  const end = 4 + packed.readUInt32BE(0);
  const head = JSON.parse(packed.toString('utf8', 4, end)) as Readonly<Record<string, string>>;
  const metadata = Object.entries(head).map(([name, value]) => [name, Buffer.from(value, 'base64')]);
  return { metadata: Object.fromEntries(metadata) as Record<string, Buffer>, data: packed.subarray(end) };
}

function textOf(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('utf8');
}
