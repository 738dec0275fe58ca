import { AmalurError } from '../errors.js';
import type { Bundle } from './bundle.js';
import type { BlobRef, Home, Store } from './store.js';
import { decodeBundle, encodeBundle } from './tensor-format.js';

/** What the operations of one view of the stores have cost so far. */
export interface Meter {
  /** Wall-clock seconds spent in put and get, of both homes, coding and checksums included. */
  seconds: number;
  /** Bytes put to the exchange: what left this site. What stayed in the private store does not count. */
  bytesOut: number;
}

/** The stores that one site reaches: the exchange, and its own private store if it is a silo. */
export interface Stores {
  /** The home of what must not leave this site; undefined where there is no private store. */
  readonly privateHome: Home | undefined;
  /** Stores a bundle and returns the ref by which messages carry it. `kind` says what it is, for people. */
  put(home: Home, kind: string, bundle: Bundle): Promise<BlobRef>;
  /** Reads a bundle. Throws AMALUR_BLOB_MISSING, also for what is private to another site, or AMALUR_BLOB_CORRUPT. */
  get(ref: BlobRef): Promise<Bundle>;
  /** The store behind a home, for commit records. Throws AMALUR_BLOB_MISSING where this site has no access. */
  at(home: Home): Store;
  /** The same stores with a meter of their own: make one per operation that is to be measured. */
  withMeter(): MeteredStores;
}

export interface MeteredStores extends Stores {
  readonly meter: Readonly<Meter>;
}

export interface StoresOptions {
  /** The store that all sites reach. */
  readonly exchange: Store;
  /** This site's private store, at home in `private:<name>`. Default: none, as for a coordinator. */
  readonly site?: { readonly name: string; readonly store: Store };
}

/** Kinds that live for a round or two and can be computed again. */
const PASSING = new Set(['message', 'scores', 'counts', 'checkpoint']);

export function createStores(options: StoresOptions): Stores {
  return new SiteStores(options, { seconds: 0, bytesOut: 0 });
}

class SiteStores implements MeteredStores {
  readonly #options: StoresOptions;
  readonly privateHome: Home | undefined;

  constructor(
    options: StoresOptions,
    readonly meter: Meter,
  ) {
    this.#options = options;
    this.privateHome = options.site && `private:${options.site.name}`;
  }

  async put(home: Home, kind: string, bundle: Bundle): Promise<BlobRef> {
    return this.#timed(async () => {
      const bytes = encodeBundle(bundle);
      const hash = await this.at(home).put(bytes, PASSING.has(kind) ? 'cached' : 'flushed');
      if (home === 'exchange') this.meter.bytesOut += bytes.byteLength;
      return { home, sha256: hash, bytes: bytes.byteLength, kind };
    });
  }

  async get(ref: BlobRef): Promise<Bundle> {
    return this.#timed(async () => {
      const bytes = await this.at(ref.home).get(ref.sha256);
      return decodeBundle(bytes);
    });
  }

  at(home: Home): Store {
    if (home === 'exchange') return this.#options.exchange;
    if (home === this.privateHome && this.#options.site) return this.#options.site.store;
    const here =
      this.privateHome === undefined ? 'a site without a private store' : `the site of ${this.privateHome}`;
    throw new AmalurError(
      'AMALUR_BLOB_MISSING',
      `${home} is the store of another site; ${here} has no access to it`,
    );
  }

  withMeter(): MeteredStores {
    return new SiteStores(this.#options, { seconds: 0, bytesOut: 0 });
  }

  async #timed<T>(operation: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await operation();
    } finally {
      this.meter.seconds += (performance.now() - start) / 1000;
    }
  }
}
