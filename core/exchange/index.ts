export type { Bundle, Tensor, TypedArray } from './bundle.js';
export { createFolderStore } from './folder-store.js';
export type { BlobRef, Home, Store } from './store.js';
export { createStores, type Meter, type MeteredStores, type Stores, type StoresOptions } from './stores.js';
export { decodeBundle, encodeBundle } from './tensor-format.js';
