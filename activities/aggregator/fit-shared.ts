import { entryOf } from '../../core/entry-of.js';
import type { BlobRef } from '../../core/exchange/store.js';
import { encoderFrom, mergeSummaries, type Summary } from '../../core/integration/encode.js';
import { encoderBundle } from '../../core/models/model-part.js';
import { familyOf } from '../../core/models/programs.js';
import { siteOf } from '../../workflows/contracts/task-queues.js';
import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import { homeBetween, measured, type SiteContext } from '../compute/site.js';

/** One encoder for columns that several tables supply, from what each of them has counted. */
export function fitSharedOperation(context: SiteContext): Pick<AggregatorOperations, 'fitShared'> {
  return {
    fitShared: (input) =>
      context.journal.once('fit-shared', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const encoders: Record<string, BlobRef> = {};
          for (const { columns, shares } of input.groups) {
            const summaries: Summary[] = [];
            for (const { id } of shares) {
              const { json } = await stores.get(entryOf(input.summaries, id));
              // Plain JSON, written by the same code at the silo.
              summaries.push(json as unknown as Summary);
            }
            const { encoding } = familyOf(input.model);
            const encoder = encoderFrom(mergeSummaries(summaries), columns, input.trainRows, encoding);
            for (const { id, silo } of shares) {
              const home = homeBetween(context.site, siteOf(silo));
              encoders[id] = await stores.put(home, 'encoder', encoderBundle(encoder));
            }
          }
          return { encoders };
        }),
      ),
  };
}
