import { isCancellation, workflowInfo } from '@temporalio/workflow';
import { contest, type Contest } from '../core/evaluation/promotion.js';
import type { ResolvedJob } from '../core/job/resolved.js';
import { catalog } from './activity-proxies.js';
import type { KnownVersions, RetrainingResult, TrainedVersion } from './contracts/retraining.js';
import { failureToThrow, reportOfFailure } from './failures.js';
import { measureModel } from './measure-model.js';
import type { Watch } from './progress.js';

/** Tasks whose measures are taken over encoded columns, which each version encodes in its own way. */
const UNLABELLED: readonly string[] = ['clustering', 'decomposition'];

export interface Terms {
  readonly resolved: ResolvedJob;
  readonly alias: string;
  readonly margin: number;
}

export interface Judgement extends Pick<RetrainingResult, 'contest' | 'promoted' | 'reason'> {
  /** False where it could not be found out this time: it is tried again, with the same version. */
  readonly settled: boolean;
}

/** Whether a version is to be used. What cannot be compared is left to a person. */
export async function judge(
  inUse: KnownVersions['inUse'],
  made: TrainedVersion,
  { resolved, alias, margin }: Terms,
  watch: Watch,
): Promise<Judgement> {
  if (inUse === null)
    return { contest: null, promoted: true, settled: true, reason: 'no version was in use' };
  if (inUse.version === made.model.version) return unjudged('somebody has promoted it already');
  if (UNLABELLED.includes(resolved.job.task))
    return unjudged('without labels the measures of two versions are in units of their own encodings');
  if (!inUse.sameTestRows) return unjudged('the version in use was trained by a job with other test rows');
  try {
    const { firstExecutionRunId } = workflowInfo();
    const { constraints } = resolved.job;
    const again = await measureModel(firstExecutionRunId, inUse, made, constraints, watch);
    const { metrics, rows } = again;
    const { changes } = await catalog.lookUpVersions(inCommon(again.resolved, resolved), alias);
    if (changes !== null && changes.tables.length > 0)
      return unsettled(`${changes.tables.join(', ')} changed during the training`);
    if (rows !== made.rows.test) return unjudged('the two versions do not see the same test rows');
    if (metrics === null)
      return unjudged('there are test rows of classes that only one of the versions knows');
    const found = contest(metrics, made.metrics.test, margin);
    return { contest: found, promoted: found.won, settled: true, reason: sentence(found) };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const report = reportOfFailure(failureToThrow(error));
    return unsettled(
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

function unjudged(reason: string): Judgement {
  return { contest: null, promoted: false, settled: true, reason };
}

function unsettled(reason: string): Judgement {
  return { ...unjudged(reason), settled: false };
}

function sentence({ measure, inUse, candidate, margin, won, better }: Contest): string {
  if (inUse === null || candidate === null) return `${measure} is not defined on the test rows`;
  const by = Math.abs(candidate - inUse).toPrecision(3);
  const gained = better === 'higher' ? candidate > inUse : candidate < inUse;
  const found = candidate === inUse ? 'equal' : `${by} ${gained ? 'better' : 'worse'}`;
  const rule = margin === 0 ? 'it has to be better' : `the margin is ${margin}`;
  return won ? `${measure} is ${found}` : `${measure} is ${found}; ${rule}`;
}
