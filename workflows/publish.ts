import type { FeatureColumn, ResolvedJob } from '../core/job/resolved.js';
import type { Site } from '../core/planner/plan.js';
import type { MatchOutput, PartyLink, PublishedParty, PublishInput } from './contracts/operations.js';
import { siteOf } from './contracts/task-queues.js';
import { aggregatorAt, siloAt } from './activity-proxies.js';
import type { Ledger } from './ledger.js';
import type { Watch } from './progress.js';

export interface Run {
  readonly execution: string;
  readonly resolved: ResolvedJob;
  readonly watch: Watch;
  readonly ledger: Ledger;
}

export interface Published {
  readonly parties: Readonly<Record<string, PublishedParty>>;
  readonly match: MatchOutput;
}

/** Silos that take part, the base table's first. */
export function silosOf({ parties }: ResolvedJob): string[] {
  return [...new Set(parties.map(({ silo }) => silo))];
}

/** The silo of the base table, which owns the labels. */
export function baseSilo({ parties }: ResolvedJob): string {
  return parties[0]?.silo ?? '';
}

/**
 * What each table gives to which columns of T. Columns are never matched by name, so that a party's are its own: group, share
 * and party have one name.
 */
export function sharesOf({ parties }: ResolvedJob): readonly ColumnShare[] {
  return parties.map(({ id, silo, features }) => ({ id, group: id, party: id, silo, columns: features }));
}

export interface ColumnShare {
  /** `shareId` of group and party. */
  readonly id: string;
  readonly group: string;
  readonly party: string;
  readonly silo: string;
  readonly columns: readonly FeatureColumn[];
}

/** Only a training in rounds tells the parties how often their rows occur. */
export type Purpose = 'training in rounds' | 'training here' | 'inference';

/** Parties publish what rows are matched by, all at once; the site matches them. */
export async function publishAndMatch(
  run: Run,
  site: Site,
  what: PublishInput['what'],
  purpose: Purpose,
  sealed?: Readonly<Record<string, string>>,
): Promise<Published> {
  const { execution, resolved, watch, ledger } = run;
  watch.phase('publishing');
  const outputs = await Promise.all(
    silosOf(resolved).map(async (silo) => {
      watch.silo(silo, what === 'rows' ? 'reading and sending rows' : 'reading');
      const links = resolved.parties
        .filter((party) => party.silo === silo)
        .map((party) => linkOf(resolved, party.id, purpose));
      const own = sealed?.[silo];
      const output = await siloAt(siteOf(silo), `${silo} reads its tables`).publish({
        execution,
        links,
        site,
        what,
        ...(sealed && { channel: own === undefined ? {} : { sealed: own } }),
      });
      watch.silo(silo, 'published', output.cost);
      return { silo, ...output };
    }),
  );
  ledger.together(outputs);
  const parties = Object.assign({}, ...outputs.map((output) => output.parties)) as Published['parties'];

  watch.phase('matching');
  const { job, joins } = resolved;
  const match = await aggregatorAt(site, 'match rows').match({
    execution,
    parties: resolved.parties.map(({ id, silo }) => ({ id, silo })),
    joins,
    scenario: job.integration.scenario,
    ...(purpose !== 'inference' && { learn: { job, counts: purpose === 'training in rounds' } }),
    published: parties,
  });
  ledger.together([{ silo: siloOfSite(site), cost: match.cost }]);
  return { parties, match };
}

/** The silo at a site; undefined for the aggregator worker. */
export function siloOfSite(site: Site): string | undefined {
  return site === 'aggregator' ? undefined : site.slice('silo.'.length);
}

function linkOf({ parties, joins, job, rowKey }: ResolvedJob, id: string, purpose: Purpose): PartyLink {
  const party = parties.find((candidate) => candidate.id === id);
  if (!party) throw new Error(`the job has no party ${id}`);
  const isBase = id === parties[0]?.id;
  const keys = joins
    .filter((join) => isBase || join.party === id)
    .map((join) => [join.party, isBase ? join.baseColumns : join.columns] as const);
  const { label } = job.target;
  const training = { ...(label && { label }), position: { columns: rowKey, seed: job.split.seed } };
  return {
    party,
    keys: Object.fromEntries(keys),
    ...(isBase && { base: purpose === 'inference' ? { identify: rowKey } : training }),
  };
}
