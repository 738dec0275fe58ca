import type { Home } from '../../core/exchange/store.js';
import type { MeteredStores, Stores } from '../../core/exchange/stores.js';
import type { Site } from '../../core/planner/plan.js';
import type { TableSource } from '../../core/sources/source.js';
import type { Journal } from '../../core/training/journal.js';
import type { Cost } from '../../workflows/contracts/operations.js';

/** What the operations of one site have at hand. They run in the site's compute child. */
export interface SiteContext {
  readonly site: Site;
  readonly stores: Stores;
  readonly journal: Journal;
  /** The silo's tables by name; none at the aggregator worker. */
  readonly sources: ReadonlyMap<string, TableSource>;
  /** Folder into which predictions are written. */
  readonly predictions: string;
  /** Tells the worker how far a long operation is; the worker passes it on as a heartbeat. */
  readonly report: (progress: unknown) => void;
}

export function privateHome(site: Site): Home {
  return `private:${site}`;
}

/** Where a message from `from` to `to` is put: it does not leave a site that talks to itself. */
export function homeBetween(from: Site, to: Site): Home {
  return from === to ? privateHome(from) : 'exchange';
}

export interface Measuring {
  readonly stores: MeteredStores;
  /** Counts a piece of work as joining: reading sources, matching rows, building T. */
  readonly join: <T>(work: () => Promise<T> | T) => Promise<T>;
}

/** Runs an operation and says what it has cost: what is neither transfer nor joining is computation. */
export async function measured<T extends object>(
  { stores }: Pick<SiteContext, 'stores'>,
  operation: (measuring: Measuring) => Promise<T>,
): Promise<T & { readonly cost: Cost }> {
  const metered = stores.withMeter();
  const started = performance.now();
  let join = 0;
  const result = await operation({
    stores: metered,
    async join(work) {
      const from = performance.now();
      const transferBefore = metered.meter.seconds;
      const done = await work();
      join += (performance.now() - from) / 1000 - (metered.meter.seconds - transferBefore);
      return done;
    },
  });
  const { seconds: transfer, bytesOut } = metered.meter;
  const compute = Math.max(0, (performance.now() - started) / 1000 - transfer - join);
  return { ...result, cost: { join, compute, transfer, bytesOut } };
}
