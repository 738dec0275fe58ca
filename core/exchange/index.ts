export type { Bundle, Tensor, TypedArray } from './bundle.js';
export { createFolderStore } from './folder-store.js';
export { openStore } from './open-store.js';
export type { S3Options } from './s3/location.js';
export type { BlobRef, Home, Store } from './store.js';
export { createStores, type Meter, type MeteredStores, type Stores, type StoresOptions } from './stores.js';
export { decodeBundle, encodeBundle } from './tensor-format.js';
