import { AmalurError } from '../errors.js';
import { hashJson } from '../json.js';
import { parseWith } from '../parse-with.js';
import { checkColumns } from './check-columns.js';
import { checkLabel } from './check-label.js';
import { checkModel } from './check-model.js';
import { chooseFeatures } from './choose-features.js';
import { requireSilo, type TableInSilo } from './known-tables.js';
import type { ResolvedJob } from './resolved.js';
import { resolveJoins, type JoinedTable } from './resolve-joins.js';
import { jobSchema, type Job } from './schema.js';

export type { TableInSilo } from './known-tables.js';

/** A job with every default filled in. Throws an AmalurError with the path of the first offending field. */
export function parseJob(value: unknown): Job {
  return parseWith(jobSchema, value, 'job');
}

/**
 * Checks a job against the tables that the catalog knows and works out what a run needs: parties, join keys, features
 * with their encodings, row key. Depends on nothing else, so that equal jobs over equal tables resolve to equal JSON.
 * Throws an AmalurError with the path of the offending field and a suggestion.
 */
export function resolveJob(job: Job, tables: readonly TableInSilo[]): ResolvedJob {
  checkModel(job);
  checkConstraints(job, tables);
  const parties = resolveJoins(job, tables);
  checkLabel(job, parties[0]);
  checkColumns(job, parties);
  const choices = parties.map((party) => chooseFeatures(job, party));
  if (choices.every(({ features }) => features.length === 0)) refuseWithoutFeatures();
  return {
    job,
    jobHash: hashJson(job),
    parties: parties.map(({ id, silo, profile }, position) => ({
      id,
      silo,
      table: profile.table,
      features: choices[position]?.features ?? [],
      version: profile.contentHash,
    })),
    joins: parties.flatMap(({ join }) => (join === undefined ? [] : [join])),
    rowKey: job.target.rowKey ?? defaultRowKey(parties[0], job.target.label?.column),
    leftOut: choices.flatMap(({ leftOut }) => leftOut),
  };
}

/**
 * The smallest known key of the base table, else all its columns; never the label, which would travel to where predictions are
 * written, and decide on which side of the split a row falls.
 */
function defaultRowKey({ profile }: JoinedTable, label: string | undefined): readonly string[] {
  const key = profile.keys.find((columns) => label === undefined || !columns.includes(label));
  return key ?? profile.columns.map(({ name }) => name).filter((name) => name !== label);
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
