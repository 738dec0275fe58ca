import { entryOf } from '../../core/entry-of.js';
import { readLink } from '../../core/exchange/table-bundle.js';
import { targetBundle } from '../../core/exchange/target-bundle.js';
import { vectorBundle } from '../../core/exchange/bundle.js';
import type { BlobRef } from '../../core/exchange/store.js';
import { buildTarget } from '../../core/integration/build-target.js';
import { requireTwoClasses } from '../../core/integration/label.js';
import { matchRows, requireMatch } from '../../core/integration/match-rows.js';
import { sharesById, trainingCounts } from '../../core/integration/target-index.js';
import { siteOf } from '../../workflows/contracts/task-queues.js';
import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import { homeBetween, measured, privateHome, type SiteContext } from '../compute/site.js';

/** Matches the parties' rows by their key tokens and lays out the target table; T itself is not built. */
export function matchOperation(context: SiteContext): Pick<AggregatorOperations, 'match'> {
  return {
    match: (input) =>
      context.journal.once('match', input.execution, input, () =>
        measured(context, async ({ stores, join }) => {
          const { parties, joins, published, learn, scenario } = input;
          const [base] = parties;
          if (!base) throw new Error('a target table has a base');
          const link = async (party: string) => readLink(await stores.get(entryOf(published, party).link));
          const baseLink = await link(base.id);
          const matched: Record<string, number> = {};
          const target = await join(async () => {
            const dimensions = [];
            for (const [at, { party }] of joins.entries()) {
              context.report({ matching: party });
              const dimension = await link(party);
              const field = `integration.joins[${at}]`;
              const matching = matchRows(
                entryOf(baseLink.keys, party),
                entryOf(dimension.keys, party),
                party,
                field,
              );
              if (learn) requireMatch(matching, party, field);
              matched[party] = matching.matched;
              dimensions.push({ ...matching, party, sourceRows: dimension.rows });
            }
            const { rows, labels, position } = baseLink;
            const baseRows = {
              party: base.id,
              rows,
              ...(labels && { labels }),
              ...(position && { position }),
            };
            return buildTarget(baseRows, dimensions, scenario, learn?.job.split.test ?? 0);
          });
          if (learn) requireTwoClasses(learn.job, target.labels.subarray(0, target.trainRows));

          const counts: Record<string, BlobRef> = {};
          const silos = Object.fromEntries(parties.map(({ id, silo }) => [id, silo]));
          for (const [id, share] of learn?.counts === true ? sharesById(target) : []) {
            const data = trainingCounts(share, target.trainRows);
            const home = homeBetween(context.site, siteOf(entryOf(silos, share.party)));
            counts[id] = await stores.put(home, 'counts', vectorBundle('counts', data));
          }
          return {
            target: await stores.put(privateHome(context.site), 'target', targetBundle(target)),
            rows: target.rows,
            trainRows: target.trainRows,
            matched,
            counts,
          };
        }),
      ),
  };
}
