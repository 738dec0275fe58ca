import { learnsClasses } from '../core/job/classes.js';
import { mayOverlap, originsOf, type Party, type ResolvedJob } from '../core/job/resolved.js';
import type { Validation } from '../core/job/search-schema.js';
import type { Site } from '../core/planner/plan.js';
import type { PartyLink } from './contracts/operations.js';
import { siteOf } from './contracts/task-queues.js';
import type { Run } from './publish.js';

/** Only a training in rounds tells the parties how often their rows occur; an explanation reads no features. */
export type Purpose = 'training in rounds' | 'training here' | 'inference' | 'explanation';

export interface LinkOptions {
  /** Where rows are matched. */
  readonly site: Site;
  readonly purpose: Purpose;
  /** Tokens of cells that other tables have as well are wanted. */
  readonly compared: boolean;
  /** Keys travel under a secret, and no rows do. */
  readonly secret: boolean;
}

/**
 * What a silo is asked to publish, by party. Of a training without a silo's columns it is what the run has published with them, so that
 * the silo's journal answers and nothing travels twice.
 */
export function linksOf(
  { resolved, without }: Pick<Run, 'resolved' | 'without'>,
  silo: string,
  options: LinkOptions,
): PartyLink[] {
  const job = without?.whole ?? resolved;
  return job.parties.filter((party) => party.silo === silo).map((party) => linkOf(job, party, options));
}

/** What a party is asked to publish of its rows, for the purpose at hand. */
function linkOf(
  resolved: ResolvedJob,
  party: Party,
  { site, purpose, compared, secret }: LinkOptions,
): PartyLink {
  const { joins, groups, job } = resolved;
  const keys = joins.flatMap((join) => {
    const columns =
      join.party === party.id ? join.columns : join.to.find((left) => left.party === party.id)?.columns;
    return columns === undefined || columns.length === 0 ? [] : [[join.party, columns] as const];
  });
  const cells = groups
    .filter((group) => compared && mayOverlap(group, joins))
    .flatMap(({ features, shares }) => {
      const columns = shares.find((share) => share.party === party.id)?.columns ?? [];
      return columns.map((column, at) => [features[at]?.name ?? column, column] as const);
    });
  const { overlap } = job.integration;
  const age = typeof overlap === 'string' ? undefined : overlap.newest[party.id];
  return {
    party: purpose === 'explanation' ? { ...party, features: [] } : party,
    keys: Object.fromEntries(keys),
    cells: Object.fromEntries(cells),
    ...(age !== undefined && { age }),
    ...(purpose === 'inference' && identified(resolved, party, site, secret)),
    ...(purpose.startsWith('training') && toLearn(resolved, party)),
    ...(purpose !== 'explanation' && toAdd(resolved, party)),
  };
}

/** A row key is cells of a row: it leaves its silo only if rows and keys may, and never in clear where keys travel under a secret. */
function identified(
  resolved: ResolvedJob,
  { id, silo, rowKey }: Party,
  site: Site,
  secret: boolean,
): Partial<PartyLink> {
  const { rowsStay, keysStay } = resolved.job.constraints;
  const stays = siteOf(silo) !== site && (secret || [...rowsStay, ...keysStay].includes(silo));
  return !stays && originsOf(resolved).some((origin) => origin.id === id) ? { identify: rowKey } : {};
}

/** Offsets are added to scores in training and in prediction. */
function toAdd({ offsets = [] }: ResolvedJob, { id }: Party): Partial<PartyLink> {
  const offset = offsets.find(({ party }) => party === id);
  return offset ? { offset: offset.column } : {};
}

function toLearn(resolved: ResolvedJob, { id, rowKey, features }: Party): Partial<PartyLink> {
  const { job, labels, weights } = resolved;
  const bringsRows = originsOf(resolved).some((origin) => origin.id === id);
  const label = labels.find(({ party }) => party === id);
  const weight = weights.find(({ party }) => party === id);
  return {
    ...(label && {
      label: {
        ...job.target.label,
        column: label.column,
        ...(learnsClasses(job.model) && { classes: true }),
      },
    }),
    ...(weight && { weight: weight.column }),
    ...(bringsRows && { split: { columns: rowKey, ...job.split } }),
    ...(features.some(({ encoding }) => encoding === 'target') && {
      target: { columns: rowKey, seed: job.split.seed },
    }),
    ...(bringsRows && job.validation && { fold: foldOf(job.validation, rowKey) }),
  };
}

function foldOf({ by, folds, seed }: Validation, rowKey: readonly string[]): NonNullable<PartyLink['fold']> {
  if (by !== 'rows' && 'time' in by) return by;
  return { columns: by === 'rows' ? rowKey : [by.group], seed, blocks: folds };
}
