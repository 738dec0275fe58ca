import type { Catalog, RunRecord } from '../../catalog/catalog.js';
import { AmalurError, type ErrorHints } from '../../core/errors.js';
import { differencesBetween } from '../../core/job/resume-differences.js';
import type { ResolvedJob } from '../../core/job/resolved.js';
import type { ModelSpec } from '../../core/job/schema.js';
import type { Steering } from '../../core/training/steering.js';
import type { Resumption, Standing } from '../../workflows/contracts/standing.js';
import { endRuns, type Server } from './ended-runs.js';

/**
 * Finds where the run that a job goes on from has ended, and records that this one does.
 * @param execution of the run that goes on
 * @throws AMALUR_UNKNOWN_RUN, AMALUR_NOT_RESUMABLE
 */
export async function resumeRun(
  catalog: Catalog,
  server: Server,
  execution: string,
  resolved: ResolvedJob,
): Promise<Resumption> {
  const { resumeFrom = '' } = resolved.job;
  const found = await catalog.runs.get(resumeFrom);
  const [before] = found ? (await endRuns(catalog, server, [found])).runs : [];
  if (before === undefined || before.execution === execution) {
    throw new AmalurError('AMALUR_UNKNOWN_RUN', `there is no run ${resumeFrom} to go on from`, {
      field: 'resumeFrom',
      suggestion: 'see `amalur runs`',
    });
  }
  requireTraining(before);
  const { root, text } = await standingOf(catalog, before);
  const { plan, resolved: then } = requirePlanned(root);
  refuseDifferences(before, then, resolved);
  const standing = text === null ? undefined : (JSON.parse(text) as Standing);
  const limits = effective(then.job.model, standing?.told ?? {});
  if (before.status === 'completed') requireUnfinished(before, limits, resolved.job.model);
  await catalog.runs.resume(execution, before.execution, text);
  return {
    ...{ resolved: then, plan, journal: root.execution },
    ...(standing && { standing }),
    pending: changed(limits, resolved.job.model),
  };
}

/** Where a run stood, or the one that it went on from if it did not get as far, and the run in whose name steps were committed. */
async function standingOf(
  catalog: Catalog,
  before: RunRecord,
): Promise<{ readonly root: RunRecord; readonly text: string | null }> {
  const text = await catalog.runs.standing(before.execution);
  let root = before;
  while (root.resumedFrom !== null) {
    const earlier = await catalog.runs.get(root.resumedFrom);
    if (earlier === undefined) break;
    root = earlier;
  }
  return { root, text };
}

function requireTraining({ run, kind, status }: RunRecord): void {
  if (kind !== 'training') throw refused(`the run ${run} is no training`);
  if (status === 'running') {
    throw refused(`the run ${run} is going on`, {
      suggestion: `watch it by \`amalur runs ${run} --follow\`, or resume it if it is paused: \`amalur runs ${run} --resume\``,
    });
  }
}

function requirePlanned({ run, plan, resolved }: RunRecord): Pick<Resumption, 'plan' | 'resolved'> {
  if (plan && resolved) return { plan, resolved };
  throw refused(`the run ${run} ended before its job was planned: there is nothing to go on from`, {
    suggestion: 'train the job without resumeFrom',
  });
}

function refuseDifferences({ run }: RunRecord, then: ResolvedJob, now: ResolvedJob): void {
  const { fields, tables } = differencesBetween(then, now);
  const [field = tables.length > 0 ? 'resumeFrom' : undefined] = fields;
  if (field === undefined) return;
  const what = [
    ...(fields.length > 0 ? [`the job differs in ${fields.join(', ')}`] : []),
    ...(tables.length > 0 ? [`the content of ${tables.join(', ')} has changed`] : []),
  ];
  throw refused(`the run ${run} trained something else: ${what.join('; ')}`, {
    field,
    suggestion:
      'only name, model.tolerance and model.maxRounds may differ; to train something else leave resumeFrom out',
  });
}

/** A model whose last exchange is the one that decides that it ends: it can be taken back. */
function endsAtOnce(model: ModelSpec): boolean {
  return !('restarts' in model) && model.type !== 'pca' && model.type !== 'neural-network';
}

function requireUnfinished({ run, facts }: RunRecord, then: Steering, now: ModelSpec): void {
  const reason = facts?.stopReason;
  if (!endsAtOnce(now)) {
    throw refused(`the run ${run} has completed, and a ${now.type} cannot be taken back to before its end`, {
      suggestion: 'train the job without resumeFrom',
    });
  }
  if (reason !== 'max-rounds' && reason !== 'stopped-early') {
    throw refused(`the run ${run} has ${reason ?? 'completed'}: there is nothing to go on with`, {
      suggestion: 'for another tolerance train the job without resumeFrom',
    });
  }
  if (reason === 'max-rounds' && 'maxRounds' in now && now.maxRounds <= (then.maxRounds ?? 0)) {
    throw refused(`the run ${run} has made its ${String(then.maxRounds)} rounds`, {
      field: 'model.maxRounds',
      suggestion: 'give a larger one',
    });
  }
}

/** What decided when the run would end. */
function effective(model: ModelSpec, told: Steering): Steering {
  return {
    ...('tolerance' in model && { tolerance: told.tolerance ?? model.tolerance }),
    ...('maxRounds' in model && { maxRounds: told.maxRounds ?? model.maxRounds }),
  };
}

function changed(then: Steering, now: ModelSpec): Steering {
  return {
    ...('tolerance' in now && now.tolerance !== then.tolerance && { tolerance: now.tolerance }),
    ...('maxRounds' in now && now.maxRounds !== then.maxRounds && { maxRounds: now.maxRounds }),
  };
}

function refused(message: string, hints: ErrorHints = {}): AmalurError {
  return new AmalurError('AMALUR_NOT_RESUMABLE', message, { field: 'resumeFrom', ...hints });
}
