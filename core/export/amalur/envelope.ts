import { createHash } from 'node:crypto';
import { AmalurError } from '../../errors.js';
import { canonicalJson } from '../../json.js';

/** The line ends show where a transfer has taken the file for text, as in PNG. */
const MAGIC = Buffer.from('AMALUR\r\n', 'latin1');
const VERSION = 1;
const HEADER_AT = MAGIC.length + 8;
const DIGEST_BYTES = 32;
/** What a workflow can be told at once: no model that was trained is described by more. */
const MOST_HEADER_BYTES = 2 ** 21;

/**
 * A file of a JSON header and bytes:
 *
 *     magic (8) | version (uint32) | length of the header (uint32) | header, UTF-8 | bytes | sha256 of all before (32)
 *
 * Integers are little-endian. Equal contents give equal files.
 */
export function seal(header: unknown, pieces: readonly Uint8Array[]): Uint8Array {
  const text = Buffer.from(canonicalJson(header), 'utf8');
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32LE(VERSION, 0);
  numbers.writeUInt32LE(text.length, 4);
  const content = Buffer.concat([MAGIC, numbers, text, ...pieces]);
  return Buffer.concat([content, digestOf(content)]);
}

export interface Opened {
  readonly header: unknown;
  readonly bytes: Uint8Array;
  /** Of all but itself, in hex: names the content. */
  readonly digest: string;
}

/**
 * What `seal` has made.
 * @throws AMALUR_MODEL_FILE_UNKNOWN, AMALUR_MODEL_FILE_NEWER, AMALUR_MODEL_FILE_DAMAGED
 */
export function unseal(file: Uint8Array): Opened {
  const whole = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (!whole.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new AmalurError('AMALUR_MODEL_FILE_UNKNOWN', 'the file is not a model that amalur export wrote', {
      field: 'file',
      suggestion: 'give a file that was made by: amalur export MODEL -o FILE.amalur',
    });
  }
  if (whole.length < HEADER_AT + DIGEST_BYTES) throw damaged('it ends before its header');
  const version = whole.readUInt32LE(MAGIC.length);
  if (version > VERSION) {
    throw newer(`the file is of version ${String(version)}, and this Amalur reads ${String(VERSION)}`);
  }
  const content = whole.subarray(0, whole.length - DIGEST_BYTES);
  const digest = digestOf(content);
  if (version < 1 || !digest.equals(whole.subarray(content.length))) {
    throw damaged('it is cut off or altered: its content does not have its sha256');
  }
  const end = HEADER_AT + whole.readUInt32LE(MAGIC.length + 4);
  if (end > content.length) throw damaged('it ends before its header');
  if (end - HEADER_AT > MOST_HEADER_BYTES) throw damaged('its header is longer than that of any model');
  try {
    const header: unknown = JSON.parse(content.toString('utf8', HEADER_AT, end));
    return { header, bytes: content.subarray(end), digest: digest.toString('hex') };
  } catch {
    throw damaged('its header is not JSON');
  }
}

export function damaged(why: string): AmalurError {
  return new AmalurError('AMALUR_MODEL_FILE_DAMAGED', `the model file is damaged: ${why}`, {
    field: 'file',
    suggestion: 'copy the file again, as binary, or export the model again',
  });
}

export function newer(what: string): AmalurError {
  return new AmalurError('AMALUR_MODEL_FILE_NEWER', what, {
    field: 'file',
    suggestion: 'import it with a newer version of Amalur',
  });
}

function digestOf(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}
