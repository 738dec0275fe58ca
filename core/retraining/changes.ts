import { canonicalJson, hashJson } from '../json.js';
import type { ResolvedJob } from '../job/resolved.js';

/** What is other than it was when a model was trained. */
export interface Changes {
  /** The job says something else. */
  readonly job: boolean;
  /** `silo.table` of those whose content is another. */
  readonly tables: readonly string[];
}

/** What has changed from one training to the next: the job by its hash, tables by the hashes of their content. */
export function changesBetween(before: ResolvedJob, now: ResolvedJob): Changes {
  const known = new Map(before.parties.map((party) => [`${party.silo}.${party.table}`, party.version]));
  const changed = now.parties
    .filter(({ silo, table, version }) => known.get(`${silo}.${table}`) !== version)
    .map(({ silo, table }) => `${silo}.${table}`);
  return { job: hashOf(before) !== hashOf(now), tables: [...new Set(changed)].sort() };
}

/** Where a training begins does not say what it is to find. */
function hashOf({ job, jobHash }: ResolvedJob): string {
  if (job.warmStart === undefined) return jobHash;
  const { warmStart: _, resumeFrom: __, ...rest } = job;
  return hashJson(rest);
}

/**
 * Whether two jobs hold out the same rows of the same tables: base, label and split are alike, and so is every join that decides
 * which rows there are.
 */
export function sameTestRows(one: ResolvedJob, other: ResolvedJob): boolean {
  return canonicalJson(definingRows(one)) === canonicalJson(definingRows(other));
}

function definingRows({ job, parties, joins }: ResolvedJob) {
  return {
    target: job.target,
    split: job.split,
    base: parties[0]?.id,
    // A left join to the only match brings no row in and takes none out.
    joins: joins.filter(({ scenario, matches }) => scenario !== 'left' || matches !== 'one'),
  };
}
