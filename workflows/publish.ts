import { entryOf } from '../core/entry-of.js';
import type { Job } from '../core/job/schema.js';
import { shareId, type FeatureColumn, type ResolvedJob } from '../core/job/resolved.js';
import type { Site } from '../core/planner/plan.js';
import type {
  ComparedWith,
  MatchInput,
  MatchOutput,
  PublishedParty,
  PublishInput,
  ToEvaluate,
} from './contracts/operations.js';
import type { Integrated } from './contracts/results.js';
import { siteOf, siloOfSite } from './contracts/task-queues.js';
import { aggregatorAt, siloAt } from './activity-proxies.js';
import type { Ledger } from './ledger.js';
import { linksOf, type Purpose } from './party-link.js';
import type { Watch } from './progress.js';
import type { StandingKeeper } from './standing.js';
import type { Steering } from './steering.js';

export { siloOfSite };

export interface Run {
  /** In whose name operations are committed: the run's, or that of the one that it goes on from. */
  readonly execution: string;
  readonly resolved: ResolvedJob;
  readonly watch: Watch;
  readonly ledger: Ledger;
  /** What can be asked of the run while it trains. */
  readonly steering?: Steering;
  /** What can only be asked to wait: folds are told nothing that is meant for the model. */
  readonly pausing?: Pick<Steering, 'gate'>;
  /** Where its training stands, for another run to go on from. */
  readonly standing?: StandingKeeper;
  /** Of a training without a silo's columns: the job that has them, and the model that it is compared with. */
  readonly without?: { readonly whole: ResolvedJob; readonly compareWith?: ComparedWith };
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

/** What the operations that measure a model are told of the evaluation. */
export function toEvaluate({ resolved, without }: Pick<Run, 'resolved' | 'without'>): ToEvaluate {
  const { job, parties } = resolved;
  if (without) return without.compareWith ? { compareWith: without.compareWith } : {};
  // A job that was planned before an upgrade has no such section.
  const given = job.evaluation as Job['evaluation'] | undefined;
  if (given === undefined) return {};
  const { leaveOut, ...spec } = given;
  const silos = Object.fromEntries(parties.map(({ id, silo }) => [id, silo]));
  return { evaluation: { ...spec, silos }, ...(leaveOut && { keepPredictions: true }) };
}

/** What each table gives to which columns of T. */
export function sharesOf({ parties, groups }: ResolvedJob): readonly ColumnShare[] {
  const silos = Object.fromEntries(parties.map(({ id, silo }) => [id, silo]));
  return groups.flatMap(({ id: group, features, shares }) =>
    shares.map(({ party, columns }) => ({
      id: shareId({ id: group }, party),
      group,
      party,
      silo: entryOf(silos, party),
      columns: features,
      sources: columns,
    })),
  );
}

export interface ColumnShare {
  /** `shareId` of group and party. */
  readonly id: string;
  readonly group: string;
  readonly party: string;
  readonly silo: string;
  /** The columns as T has them. */
  readonly columns: readonly FeatureColumn[];
  /** Their names in the table. */
  readonly sources: readonly string[];
}

interface PublishOptions {
  readonly site: Site;
  readonly what: PublishInput['what'];
  readonly purpose: Purpose;
  readonly sealed?: Readonly<Record<string, string>> | undefined;
}

/** Every silo publishes what its rows are matched by, all at once. */
export function publishLinks(
  run: Pick<Run, 'execution' | 'resolved' | 'without'> & { readonly watch?: Watch },
  { site, what, purpose, sealed }: PublishOptions,
) {
  const { execution, resolved, watch } = run;
  // Whoever has tokens without a secret can try values out: they travel only where rows do. Within one silo none do.
  const compared = what === 'rows' || sealed !== undefined || comparesCells(resolved);
  const secret = what === 'keys' && sealed !== undefined;
  return Promise.all(
    silosOf(resolved).map(async (silo) => {
      watch?.silo(silo, what === 'rows' ? 'reading and sending rows' : 'reading');
      const links = linksOf(run, silo, { site, purpose, compared, secret });
      const own = sealed?.[silo];
      const output = await siloAt(siteOf(silo), `${silo} reads its tables`).publish({
        execution,
        links,
        site,
        what,
        ...(sealed && { channel: own === undefined ? {} : { sealed: own } }),
      });
      const rows = Object.values(output.parties).reduce((sum, party) => sum + party.rows, 0);
      watch?.silo(silo, 'published', output.cost, rows);
      return { silo, ...output };
    }),
  );
}

/** Parties publish what rows are matched by; the site matches them. */
export async function publishAndMatch(
  run: Run,
  site: Site,
  what: PublishInput['what'],
  purpose: Exclude<Purpose, 'explanation'>,
  sealed?: Readonly<Record<string, string>>,
): Promise<Published> {
  const { execution, resolved, watch, ledger } = run;
  watch.phase('publishing');
  const outputs = await publishLinks(run, { site, what, purpose, sealed });
  ledger.together(outputs);
  const parties = Object.assign({}, ...outputs.map((output) => output.parties)) as Published['parties'];

  watch.phase('matching');
  const { job } = resolved;
  const match = await aggregatorAt(site, 'match rows').match({
    execution,
    resolved: matched(resolved),
    overlap: job.integration.overlap,
    maxRows: job.integration.maxRows,
    ...(purpose !== 'inference' && { learn: { job, counts: purpose === 'training in rounds' } }),
    published: parties,
  });
  ledger.together([{ silo: siloOfSite(site), cost: match.cost }]);
  return { parties, match };
}

/** What matching has to know of a job. */
export function matched(resolved: ResolvedJob): MatchInput['resolved'] {
  const { parties, joins, groups, labels, weights, offsets } = resolved;
  return {
    parties: parties.map(({ id, silo }) => ({ id, silo })),
    ...{ joins, groups, labels, weights },
    ...(offsets && { offsets }),
  };
}

/** Whether the job wants tables to agree, so that tokens of their cells have to be compared: under a secret unless rows travel. */
export function comparesCells({ job }: ResolvedJob): boolean {
  return job.integration.overlap === 'fail';
}

/** What matching has found, in a few numbers. */
export function integratedBy({ rows, trainRows, overlaps }: MatchOutput): Integrated {
  const found = overlaps.map(({ group, rows: shared, disagreements }) => ({
    group,
    rows: shared,
    disagreements: Object.values(disagreements).reduce((sum, count) => sum + count, 0),
  }));
  return {
    rows: { train: trainRows, test: rows - trainRows },
    ...(found.length > 0 && { overlaps: found }),
  };
}
