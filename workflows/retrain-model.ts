import { executeChild, isCancellation, workflowInfo } from '@temporalio/workflow';
import { contest, type Contest } from '../core/evaluation/promotion.js';
import type { ResolvedJob } from '../core/job/resolved.js';
import type { JobInput } from '../core/job/schema.js';
import type { Changes } from '../core/retraining/changes.js';
import { resolveFreshly } from './check-silos.js';
import { catalog } from './activity-proxies.js';
import type { KnownVersions, RetrainRequest, RetrainingResult } from './contracts/retraining.js';
import type { TrainingResult } from './contracts/results.js';
import { endOf, failureToThrow, reportOfFailure } from './failures.js';
import { measureModel } from './measure-model.js';
import { Watch } from './progress.js';
import { followSilos } from './silo-presence.js';
import { skippingLostSilos } from './skip-lost-silos.js';
import { trainModel } from './train-model.js';

/**
 * Trains a model again if its job or the tables have changed, and lets an alias name the new version only if that is better than
 * the version in use, on the same test rows. Until then, and if anything fails, the one in use stays in use.
 */
export async function retrainModel(request: RetrainRequest): Promise<RetrainingResult> {
  try {
    const watch = new Watch();
    const { job, force, alias, margin, warmStart } = await catalog.checkRetraining(request);
    watch.phase('checking silos');
    const resolved = await resolvedPatiently(job, watch);
    watch.resolved(resolved, false);
    const { changes, inUse: before } = await catalog.lookUpVersions(resolved, alias);
    const nothing = { trained: null, contest: null, promoted: false };
    if (!force && changes !== null && !changes.job && changes.tables.length === 0) {
      const reason = 'neither the job nor its tables have changed since the last training';
      watch.tell({ ...inUseAs(alias, nameOf(before)), reason });
      watch.phase('completed');
      return { inUse: nameOf(before), alias, changes, ...nothing, reason };
    }

    watch.phase('training');
    const { workflowId } = workflowInfo();
    const child = `${workflowId}/training`;
    watch.tell({
      ...inUseAs(alias, nameOf(before)),
      ...(changes && { changed: nameChanges(changes) }),
      'is trained by': child,
    });
    const { made, began } = await trainAgain(job, child, warmStart ? beginning(before) : undefined);
    watch.phase('comparing');
    // Somebody may have promoted another one meanwhile.
    const { inUse } = await catalog.lookUpVersions(resolved, alias);
    const judged = await judge(inUse, made, { resolved, alias, margin }, watch);
    const model = `${made.model.name}@${made.model.version}`;
    if (judged.promoted) await catalog.promoteModel({ model, alias });
    watch.tell({
      ...inUseAs(alias, judged.promoted ? model : nameOf(inUse)),
      trained: model,
      reason: judged.reason,
    });
    watch.phase('completed');
    return {
      inUse: judged.promoted ? model : nameOf(inUse),
      ...{ alias, changes },
      trained: {
        ...{ run: made.run, model, metrics: made.metrics.test, rounds: made.rounds },
        ...(began && { began }),
      },
      ...judged,
    };
  } catch (error) {
    throw endOf(error);
  }
}

/** The job on the tables as they are. Silos may be away for as long as it says, and are left out if it says so. */
function resolvedPatiently(job: JobInput, watch: Watch): Promise<ResolvedJob> {
  const resolve = (): Promise<ResolvedJob> => {
    const skipped = watch.snapshot().skipped?.map(({ silo }) => silo);
    return resolveFreshly(job, skipped, (known) => followSilos({ onSiloLost: known.job.onSiloLost, watch }));
  };
  return skippingLostSilos(watch, resolve, undefined);
}

type Beginning = NonNullable<NonNullable<RetrainingResult['trained']>['began']>;

/** Codes of a training that cannot begin where it was to, though it may by itself. */
const NO_START: readonly string[] = ['AMALUR_START_MISFIT', 'AMALUR_DIVERGED'];

async function trainAgain(job: JobInput, workflowId: string, began: Beginning | undefined) {
  const train = (id: string, given: JobInput) =>
    executeChild(trainModel, { workflowId: id, args: [given], staticSummary: `train ${job.name} again` });
  if (began === undefined || !('at' in began)) {
    return { made: await train(workflowId, job), began };
  }
  try {
    return { made: await train(workflowId, { ...job, warmStart: began.at }), began };
  } catch (error) {
    const report = reportOfFailure(failureToThrow(error));
    if (report === null || !NO_START.includes(report.code)) throw error;
    return { made: await train(`${workflowId}-anew`, job), began: { anew: report.message } };
  }
}

/** With which version the training begins, or why with none. */
function beginning(inUse: KnownVersions['inUse']): Beginning {
  if (inUse === null) return { anew: 'no version was in use' };
  return inUse.misfit === null ? { at: `${inUse.name}@${inUse.version}` } : { anew: inUse.misfit };
}

/** Tasks whose measures are taken over encoded columns, which each version encodes in its own way. */
const UNLABELLED: readonly string[] = ['clustering', 'decomposition'];

interface Terms {
  readonly resolved: ResolvedJob;
  readonly alias: string;
  readonly margin: number;
}

type Judgement = Pick<RetrainingResult, 'contest' | 'promoted' | 'reason'>;

/** Whether the new version is to be used. What cannot be compared is left to a person. */
async function judge(
  inUse: KnownVersions['inUse'],
  made: TrainingResult,
  { resolved, alias, margin }: Terms,
  watch: Watch,
): Promise<Judgement> {
  if (inUse === null) return { contest: null, promoted: true, reason: 'no version was in use' };
  if (UNLABELLED.includes(resolved.job.task))
    return unjudged('without labels the measures of two versions are in units of their own encodings');
  if (!inUse.sameTestRows) return unjudged('the version in use was trained by a job with other test rows');
  try {
    const { firstExecutionRunId } = workflowInfo();
    const { constraints } = resolved.job;
    const again = await measureModel(firstExecutionRunId, inUse, made, constraints, watch);
    const { metrics, rows } = again;
    if (rows !== made.rows.test) return unjudged('the two versions do not see the same test rows');
    const { changes } = await catalog.lookUpVersions(inCommon(again.resolved, resolved), alias);
    if (changes !== null && changes.tables.length > 0)
      return unjudged(`${changes.tables.join(', ')} changed during the training`);
    if (metrics === null)
      return unjudged('there are test rows of classes that only one of the versions knows');
    const found = contest(metrics, made.metrics.test, margin);
    return { contest: found, promoted: found.won, reason: sentence(found) };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const report = reportOfFailure(failureToThrow(error));
    return unjudged(
      `the version in use could not be measured: ${report?.message ?? 'for an unknown reason'}`,
    );
  }
}

/** With the tables only that the other job has too. */
function inCommon(resolved: ResolvedJob, other: ResolvedJob): ResolvedJob {
  const known = new Set(other.parties.map(({ silo, table }) => `${silo}.${table}`));
  const parties = resolved.parties.filter(({ silo, table }) => known.has(`${silo}.${table}`));
  return { ...resolved, parties };
}

function nameOf(inUse: KnownVersions['inUse']): string | null {
  return inUse && `${inUse.name}@${inUse.version}`;
}

function inUseAs(alias: string, version: string | null): Record<string, string> {
  return { [`in use as ${alias}`]: version ?? 'none' };
}

function nameChanges({ job, tables }: Changes): string {
  return [...(job ? ['the job'] : []), ...tables].join(', ') || 'nothing';
}

function unjudged(reason: string): Judgement {
  return { contest: null, promoted: false, reason };
}

function sentence({ measure, inUse, candidate, margin, won, better }: Contest): string {
  if (inUse === null || candidate === null) return `${measure} is not defined on the test rows`;
  const by = Math.abs(candidate - inUse).toPrecision(3);
  const gained = better === 'higher' ? candidate > inUse : candidate < inUse;
  const found = candidate === inUse ? 'equal' : `${by} ${gained ? 'better' : 'worse'}`;
  const rule = margin === 0 ? 'it has to be better' : `the margin is ${margin}`;
  return won ? `${measure} is ${found}` : `${measure} is ${found}; ${rule}`;
}
