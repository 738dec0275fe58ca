import type { BlobRef } from '../../core/exchange/store.js';
import { summarize } from '../../core/integration/encode.js';
import type { Json } from '../../core/json.js';
import { float64 } from '../../core/training/tensors.js';
import type { SiloOperations } from '../../workflows/contracts/operations.js';
import { readShare } from '../compute/read-share.js';
import { homeBetween, measured, type SiteContext } from '../compute/site.js';

/** Counts and moments of columns that other tables supply too, from which their common encoder is made. */
export function summarizeOperation(context: SiteContext): Pick<SiloOperations, 'summarizeShares'> {
  return {
    summarizeShares: (input) =>
      context.journal.once('summarize', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const summaries: Record<string, BlobRef> = {};
          for (const share of input.shares) {
            context.report({ summarizing: share.id });
            const counts = float64((await stores.get(share.counts)).tensors, 'counts');
            const summary = summarize(await readShare(stores, share), share.columns, counts);
            const home = homeBetween(context.site, input.site);
            // A summary is plain JSON; only its type, an interface, does not say so.
            const json = summary as unknown as Json;
            summaries[share.id] = await stores.put(home, 'summary', { json, tensors: {} });
          }
          return { summaries };
        }),
      ),
  };
}
