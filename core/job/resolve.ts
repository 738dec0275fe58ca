import { AmalurError } from '../errors.js';
import { hashJson } from '../json.js';
import { parseWith } from '../parse-with.js';
import { checkColumns } from './check-columns.js';
import { checkLabel } from './check-label.js';
import { checkEvaluation, checkLeaveOut } from './check-evaluation.js';
import { checkQuorum } from './check-quorum.js';
import { checkModel, completeModel } from './check-model.js';
import { checkTargetEncoding } from './check-target-encoding.js';
import { checkOverlap } from './check-overlap.js';
import { checkValidation } from './check-validation.js';
import { requireSilo, type TableInSilo } from './known-tables.js';
import {
  originsOf,
  type FeatureColumn,
  type Party,
  type ResolvedGroup,
  type ResolvedJob,
} from './resolved.js';
import { resolveGroups } from './resolve-groups.js';
import { resolveInteractions } from './resolve-interactions.js';
import { resolveJoins, type JoinedTable } from './resolve-joins.js';
import { labelSources, offsetSources, weightSources, withLabel, without } from './resolve-label.js';
import { jobSchema, type Job } from './schema.js';
import { sharedColumns } from './shared-columns.js';

export type { TableInSilo } from './known-tables.js';

/** A job with every default filled in. Throws an AmalurError with the path of the first offending field. */
export function parseJob(value: unknown): Job {
  return parseWith(jobSchema, value, 'job');
}

/**
 * Checks a job against the tables that the catalog knows and works out what a run needs: parties, how their rows come together,
 * the target table's columns with their encodings and sources, row keys. Depends on nothing else, so that equal jobs over
 * equal tables resolve to equal JSON. Throws an AmalurError with the path of the offending field and a suggestion.
 */
export function resolveJob(given: Job, tables: readonly TableInSilo[]): ResolvedJob {
  checkModel(given);
  checkEvaluation(given);
  const job = completeModel(given);
  checkConstraints(job, tables);
  checkQuorum(job);
  const joined = resolveJoins(job, tables);
  const shared = sharedColumns(job, joined);
  const labels = labelSources(job, joined, shared);
  const weights = weightSources(job, joined, shared, labels);
  const offsets = offsetSources(job, joined, shared, labels);
  checkLabel(job, withLabel(job, joined[0], shared));
  checkColumns(job, joined, shared, labels);
  checkTargetEncoding(job, joined, shared, { labels, weights, offsets });
  checkOverlap(job, joined);
  checkValidation(job, joined);
  const { groups: plain, leftOut } = resolveGroups(
    job,
    joined.map((party) => without(party, [...labels, ...weights, ...offsets])),
    shared,
  );
  if (plain.length === 0) refuseWithoutFeatures();
  const { groups, interactions } = resolveInteractions(job, plain, shared, joined);
  const joins = joined.flatMap(({ join }) => (join === undefined ? [] : [join]));
  const parties: readonly Party[] = joined.map(({ id, silo, profile }) => ({
    id,
    silo,
    table: profile.table,
    features: featuresOf(id, groups),
    version: profile.contentHash,
    rowKey: [],
  }));
  const origins = originsOf({ parties, joins }).map(({ id }) => id);
  const resolved: ResolvedJob = {
    job,
    jobHash: hashOf(job),
    parties: parties.map((party, at) => {
      const table = joined[at];
      return table && origins.includes(party.id) ? { ...party, rowKey: rowKeyOf(job, table, labels) } : party;
    }),
    joins,
    groups,
    ...(interactions && { interactions }),
    labels,
    weights,
    ...(offsets.length > 0 && { offsets }),
    overlap: job.integration.overlap,
    leftOut,
  };
  checkLeaveOut(resolved);
  return resolved;
}

/** The columns of a table that features are made of. */
function featuresOf(id: string, groups: readonly ResolvedGroup[]): readonly FeatureColumn[] {
  return groups.flatMap(({ features, shares }) => {
    const columns = shares.find(({ party }) => party === id)?.columns ?? [];
    return columns.flatMap((name, at) => {
      const feature = features[at];
      if (!feature) return [];
      const times = feature.times?.flatMap(
        (other) => columns[features.findIndex((one) => one.name === other)] ?? [],
      );
      return [{ ...feature, name, ...(times && { times }) }];
    });
  });
}

/**
 * What the job says, where the table has such columns; else the smallest known key, else all columns. Never the label, which would
 * travel to where predictions are written, and decide on which side of the split a row falls.
 */
function rowKeyOf(
  job: Job,
  { id, profile, join }: JoinedTable,
  labels: ResolvedJob['labels'],
): readonly string[] {
  const { rowKey } = job.target;
  const names = profile.columns.map(({ name }) => name);
  if (rowKey !== undefined && (join === undefined || rowKey.every((name) => names.includes(name))))
    return rowKey;
  const own = labels.filter(({ party }) => party === id).map(({ column }) => column);
  const key = profile.keys.find((columns) => !columns.some((name) => own.includes(name)));
  return key ?? names.filter((name) => !own.includes(name));
}

function checkConstraints(job: Job, tables: readonly TableInSilo[]): void {
  for (const constraint of ['rowsStay', 'keysStay'] as const) {
    for (const [position, silo] of job.constraints[constraint].entries()) {
      requireSilo(tables, silo, `constraints.${constraint}[${String(position)}]`);
    }
  }
}

function refuseWithoutFeatures(): never {
  throw new AmalurError('AMALUR_NO_FEATURES', 'no column is left to learn from', {
    field: 'features',
    suggestion:
      'exclude fewer columns, raise features.maxLevels, or say under features.encode how columns are encoded',
  });
}

/** A job that goes on from a run is the job that it would be without: what it trains is the same. */
function hashOf({ resumeFrom: _, ...job }: Job): string {
  return hashJson(job);
}
