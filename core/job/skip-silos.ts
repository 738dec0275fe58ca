import { AmalurError } from '../errors.js';
import { siloOfTable, silosOfJob } from './check-quorum.js';
import type { TableInSilo } from './known-tables.js';
import { resolveJob } from './resolve.js';
import { resolveJoins } from './resolve-joins.js';
import type { ResolvedJob } from './resolved.js';
import type { Job } from './schema.js';
import { sharedColumns } from './shared-columns.js';

type Join = Job['integration']['joins'][number];

/**
 * A job resolved without some silos: as if it had never named their tables, nor any that comes in only by one of them. What remains
 * is checked as any other job, so that its model is that of a job that somebody wrote without them.
 * Throws AMALUR_SILO_NEEDED where that makes no job, or leaves fewer silos than its quorum.
 */
export function resolveWithoutSilos(
  job: Job,
  tables: readonly TableInSilo[],
  silos: readonly string[],
): ResolvedJob {
  const base = siloOfTable(job.target.base);
  if (silos.includes(base)) {
    throw needed(
      `silo "${base}" cannot be left out: it has the base table, whose rows and labels are learned from`,
    );
  }
  const kept = jobWithout(job, tables, silos);
  const remaining = silosOfJob(kept);
  const quorum = job.onSiloLost?.quorum ?? 1;
  if (remaining.length < quorum) {
    const count = `${String(remaining.length)} of the ${String(quorum)} silos that the quorum asks for would remain`;
    throw needed(`without ${silos.join(', ')} only ${count}`, 'onSiloLost.quorum');
  }
  try {
    return resolveJob(kept, tables);
  } catch (error) {
    if (!(error instanceof AmalurError)) throw error;
    throw needed(`without ${silos.join(', ')} no model can be trained: ${error.message}`, error.field);
  }
}

function jobWithout(job: Job, tables: readonly TableInSilo[], silos: readonly string[]): Job {
  const { features, integration } = job;
  const gone = new Set<string>();
  const joins = integration.joins.filter((join) => {
    const isGone =
      silosOfJoin(join).some((silo) => silos.includes(silo)) || (join.to !== undefined && gone.has(join.to));
    if (isGone) for (const id of idsOf(join)) gone.add(id);
    return !isGone;
  });
  const stays = (column: string) => !gone.has(partyOf(column));
  const kept = nameOf(job, tables, gone);
  const names = (list: readonly string[]) => [...new Set(list.flatMap((name) => kept(name) ?? []))];
  const columns = Object.entries(integration.columns)
    .map(([name, sources]) => [name, sources.filter(stays)] as const)
    .filter(([, sources]) => sources.length > 0);
  const others = joins.some((join) =>
    silosOfJoin(join).some((silo) => silo !== siloOfTable(job.target.base)),
  );
  return {
    ...job,
    integration: {
      ...integration,
      joins,
      columns: Object.fromEntries(columns),
      overlap: overlapWithout(integration.overlap, gone),
    },
    features: {
      ...features,
      ...(features.include && { include: names(features.include) }),
      exclude: names(features.exclude),
      encode: Object.fromEntries(
        Object.entries(features.encode).flatMap(([name, encoding]) =>
          names([name]).map((still) => [still, encoding]),
        ),
      ),
      interactions: features.interactions.flatMap(([one, other]) => {
        const [a, b] = [kept(one), kept(other)];
        return a === undefined || b === undefined ? [] : [[a, b] as [string, string]];
      }),
    },
    // With no other silo there is none to be left out in turn.
    evaluation: { ...job.evaluation, leaveOut: job.evaluation.leaveOut && others },
  };
}

/** By what name, if any, a feature goes when some tables are gone: one that other tables supply too is named by the first of these. */
function nameOf(
  job: Job,
  tables: readonly TableInSilo[],
  gone: ReadonlySet<string>,
): (name: string) => string | undefined {
  const shared = sharedColumns(job, resolveJoins(job, tables));
  return (name) => {
    const column = shared.find(
      (one) => one.name === name || one.sources.some((source) => `${source.party}.${source.column}` === name),
    );
    if (!column) return gone.has(partyOf(name)) ? undefined : name;
    if (column.sources.every(({ party }) => !gone.has(party))) return name;
    const source = column.sources.find(({ party }) => !gone.has(party));
    return source && `${source.party}.${source.column}`;
  };
}

function overlapWithout(
  overlap: Job['integration']['overlap'],
  gone: ReadonlySet<string>,
): Job['integration']['overlap'] {
  if (typeof overlap === 'string') return overlap;
  const ages = Object.entries(overlap.newest).filter(([party]) => !gone.has(party));
  return ages.length === 0 ? 'first' : { newest: Object.fromEntries(ages) };
}

function silosOfJoin({ table, through }: Join): string[] {
  return [siloOfTable(table), ...(through ? [siloOfTable(through.table)] : [])];
}

/** Ids of the parties that a join brings in. */
function idsOf({ table, as, through }: Join): string[] {
  const id = as === undefined ? table : `${siloOfTable(table)}.${as}`;
  return [id, ...(through ? [through.table] : [])];
}

/** `silo.table` of `silo.table.column`. */
function partyOf(column: string): string {
  return column.split('.').slice(0, 2).join('.');
}

function needed(message: string, field = 'onSiloLost'): AmalurError {
  return new AmalurError('AMALUR_SILO_NEEDED', message, {
    field,
    suggestion:
      'start the worker of the silo that is lost and train again, or let the job wait: onSiloLost.policy "wait"',
  });
}
