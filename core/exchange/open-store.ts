import { createFolderStore } from './folder-store.js';
import { parseS3Url, type S3Options } from './s3/location.js';
import { createS3Store } from './s3/s3-store.js';
import type { Store } from './store.js';

/** The store at a folder or at `s3://bucket/prefix`. Nothing is asked of a server before the store is used. */
export function openStore(place: string, options: S3Options = {}): Store {
  const location = parseS3Url(place);
  return location ? createS3Store(location, options) : createFolderStore(place);
}
