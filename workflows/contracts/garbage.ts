import type { BlobRef } from '../../core/exchange/store.js';
import type { GarbageRequest } from '../../core/garbage/request.js';
import type { ShelfReport } from '../../core/garbage/sweep.js';

export type { GarbageRequest };

export interface StoreReport {
  /** `exchange`, or `private:<site>`. */
  readonly store: string;
  readonly blobs: ShelfReport;
  readonly records: ShelfReport;
  /** Files and uploads that were begun more than a day before, and never finished; null where the store does not let them be listed. */
  readonly unfinished: number | null;
}

/** Result of the workflow `collectGarbage`. */
export interface GarbageResult {
  readonly dryRun: boolean;
  /** What is younger was not looked at; ISO 8601. */
  readonly before: string;
  /** The open run that began first, where it alone is why `before` is not later. */
  readonly heldBackBy?: string;
  readonly stores: readonly StoreReport[];
  /** Sites whose worker did not answer: their stores and the exchange are as they were. */
  readonly silent: readonly string[];
}

/** What is to be kept, a page of it. */
export interface GarbagePage {
  readonly executions: readonly string[];
  readonly names: readonly string[];
  /** Whether another page follows. */
  readonly more: boolean;
}

export interface GarbagePlan {
  /** Runs that ended later are kept: one moment for all pages. Milliseconds since 1970. */
  readonly endedAfter: number;
  readonly before: number;
  readonly heldBackBy?: string;
  readonly silos: readonly string[];
}

/** Activities of the control worker. */
export interface GarbageCatalogActivities {
  /** Checks the request, before anything is removed. @throws the AMALUR_… code of what is wrong with it */
  planCollection(request: GarbageRequest): Promise<GarbagePlan>;
  collectionRoots(endedAfter: number, page: number): Promise<GarbagePage>;
}

export interface SweepInput {
  readonly before: number;
  readonly dryRun: boolean;
  /** Pages of what is to be kept, in the exchange. */
  readonly roots: readonly BlobRef[];
}

/** Operations at every site; those on the exchange are the aggregator's. */
export interface GarbageOperations {
  /** Puts a page where every site can read it: names of blobs and executions, no content. */
  keepRoots(page: GarbagePage): Promise<BlobRef>;
  /** Sweeps the site's private store. `mentioned`: what its records that stay mention. */
  sweepPrivate(input: SweepInput): Promise<{ readonly report: StoreReport; readonly mentioned: BlobRef }>;
  /** Sweeps the exchange, knowing what the records of all sites mention. */
  sweepExchange(input: SweepInput & { readonly mentioned: readonly BlobRef[] }): Promise<StoreReport>;
}
