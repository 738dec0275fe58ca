import { AmalurError } from '../errors.js';
import { sha256 } from '../json.js';

const AGAIN = { suggestion: 'check the disk, then run the job again' };

/** A text behind its checksum: what a power cut or a disk leaves of it is never taken for another. */
export function withChecksum(text: string): string {
  return `${sha256(text)}\n${text}`;
}

/** @param what names the record. @throws AMALUR_BLOB_CORRUPT */
export function checkedText(what: string, stored: string): string {
  const end = stored.indexOf('\n');
  const text = stored.slice(end + 1);
  if (end >= 0 && sha256(text) === stored.slice(0, end)) return text;
  throw new AmalurError('AMALUR_BLOB_CORRUPT', `${what} has been altered`, AGAIN);
}
