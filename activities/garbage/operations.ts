import type { BlobRef } from '../../core/exchange/store.js';
import { namesBundle, readNames, type Roots } from '../../core/garbage/roots.js';
import { sweepBlobs, sweepRecords, sweepUnfinished } from '../../core/garbage/sweep.js';
import type { GarbageOperations, SweepInput } from '../../workflows/contracts/garbage.js';
import { privateHome, type SiteContext } from '../compute/site.js';

/** Garbage collection at a site: only there is its private store open. What is made twice removes nothing more. */
export function garbageOperations({ stores, site }: Pick<SiteContext, 'stores' | 'site'>): GarbageOperations {
  const readAll = async (refs: readonly BlobRef[]) => {
    const names = new Set<string>();
    for (const ref of refs) for (const name of readNames(await stores.get(ref))) names.add(name);
    return names;
  };
  const optionsOf = async ({ before, dryRun, roots: pages }: SweepInput) => {
    const executions = new Set<string>();
    for (const page of pages) {
      const { json } = await stores.get(page);
      for (const execution of (json as { executions: string[] }).executions) executions.add(execution);
    }
    // The pages themselves are young, and so is all else that this collection stores.
    const roots: Roots = { executions, names: await readAll(pages) };
    return { roots, before, dryRun };
  };
  return {
    keepRoots: ({ executions, names }) =>
      stores.put('exchange', 'roots', { ...namesBundle(names), json: { executions } }),
    async sweepPrivate(input) {
      const options = await optionsOf(input);
      const home = privateHome(site);
      const { report: records, mentioned } = await sweepRecords(stores.at(home), options);
      const blobs = await sweepBlobs(stores.at(home), mentioned, options);
      const ref = await stores.put('exchange', 'mentioned', namesBundle(mentioned));
      const unfinished = await sweepUnfinished(stores.at(home), input.dryRun);
      return { report: { store: home, blobs, records, unfinished }, mentioned: ref };
    },
    async sweepExchange({ mentioned, ...input }) {
      const options = await optionsOf(input);
      const exchange = stores.at('exchange');
      const { report: records, mentioned: here } = await sweepRecords(exchange, options);
      const all = new Set([...here, ...(await readAll(mentioned))]);
      const blobs = await sweepBlobs(exchange, all, options);
      return { store: 'exchange', records, blobs, unfinished: await sweepUnfinished(exchange, input.dryRun) };
    },
  };
}
