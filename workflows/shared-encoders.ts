import { entryOf } from '../core/entry-of.js';
import type { BlobRef } from '../core/exchange/store.js';
import type { ResolvedGroup } from '../core/job/resolved.js';
import type { Site } from '../core/planner/plan.js';
import { aggregatorAt, siloAt } from './activity-proxies.js';
import { siteOf } from './contracts/task-queues.js';
import { sharesOf, siloOfSite, type Published, type Run } from './publish.js';

/**
 * Encoders of columns that several tables supply, by share: each table counts its own rows, the site makes one encoder of all
 * counts. No exchange where no columns are shared.
 */
export async function sharedEncoders(
  { execution, resolved, ledger }: Run,
  site: Site,
  { parties, match }: Published,
): Promise<Readonly<Record<string, BlobRef>>> {
  const shared = sharesOf(resolved).filter(({ id, group }) => id !== group);
  if (shared.length === 0) return {};
  const counted = await Promise.all(
    [...new Set(shared.map(({ silo }) => silo))].map(async (silo) => {
      const shares = shared
        .filter((share) => share.silo === silo)
        .map(({ id, group, party, columns, sources }) => ({
          ...{ id, group, columns, sources },
          features: entryOf(parties, party).features,
          counts: entryOf(match.counts, id),
        }));
      const silos = siloAt(siteOf(silo), `${silo} counts what it shares`);
      return { silo, ...(await silos.summarizeShares({ execution, site, shares })) };
    }),
  );
  ledger.together(counted);
  const summaries = Object.assign({}, ...counted.map((one) => one.summaries)) as Record<string, BlobRef>;

  const groups = resolved.groups
    .filter(({ shares }) => shares.length > 1)
    .map(({ id: group, features: columns }: ResolvedGroup) => ({
      columns,
      shares: shared.filter((share) => share.group === group).map(({ id, silo }) => ({ id, silo })),
    }));
  const fitted = await aggregatorAt(site, 'encode shared columns').fitShared({
    execution,
    model: resolved.job.model.type,
    trainRows: match.trainRows,
    groups,
    summaries,
  });
  ledger.together([{ silo: siloOfSite(site), cost: fitted.cost }]);
  return fitted.encoders;
}
