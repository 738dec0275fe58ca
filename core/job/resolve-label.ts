import type { JoinedTable } from './resolve-joins.js';
import type { ResolvedJob } from './resolved.js';
import type { Job } from './schema.js';
import type { SharedColumn } from './shared-columns.js';

/** The tables that supply the label: all sources of a shared column, else the base table. */
export function labelSources(
  job: Job,
  [base]: readonly [JoinedTable, ...JoinedTable[]],
  shared: readonly SharedColumn[],
): ResolvedJob['labels'] {
  const { column } = job.target.label;
  return sharedLabel(job, base, shared)?.sources ?? [{ party: base.id, column }];
}

/** The base table with what is known of the label in all its sources. */
export function withLabel(job: Job, base: JoinedTable, shared: readonly SharedColumn[]): JoinedTable {
  const label = sharedLabel(job, base, shared);
  if (label === undefined) return base;
  const { column: name } = job.target.label;
  const others = base.profile.columns.filter((column) => column.name !== name);
  return { ...base, profile: { ...base.profile, columns: [...others, { ...label.profile, name }] } };
}

/** A table without its column of the label. */
export function withoutLabel(party: JoinedTable, labels: ResolvedJob['labels']): JoinedTable {
  const own = labels.filter((label) => label.party === party.id).map(({ column }) => column);
  const columns = party.profile.columns.filter(({ name }) => !own.includes(name));
  return { ...party, profile: { ...party.profile, columns } };
}

function sharedLabel(job: Job, base: JoinedTable, shared: readonly SharedColumn[]): SharedColumn | undefined {
  const { column } = job.target.label;
  return shared.find(
    ({ name, sources }) =>
      name === column || sources.some((source) => source.party === base.id && source.column === column),
  );
}
