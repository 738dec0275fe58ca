import { executeChild, workflowInfo } from '@temporalio/workflow';
import type { ResolvedJob } from '../core/job/resolved.js';
import type { JobInput } from '../core/job/schema.js';
import type { Changes } from '../core/retraining/changes.js';
import { resolveFreshly } from './check-silos.js';
import { catalog } from './activity-proxies.js';
import type {
  KnownVersions,
  RetrainRequest,
  RetrainingResult,
  TrainedVersion,
} from './contracts/retraining.js';
import { endOf, failureToThrow, reportOfFailure } from './failures.js';
import { judge, type Judgement, type Terms } from './judge-version.js';
import { Watch } from './progress.js';
import { followSilos } from './silo-presence.js';
import { skippingLostSilos } from './skip-lost-silos.js';
import { trainModel } from './train-model.js';

/**
 * Trains a model again if its job or the tables have changed, and lets an alias name the new version only if that is better than
 * the version in use, on the same test rows. Until then, and if anything fails, the one in use stays in use. If nothing has changed,
 * but of the version trained last nobody knows yet whether it is better, that one is compared.
 */
export async function retrainModel(request: RetrainRequest): Promise<RetrainingResult> {
  try {
    const watch = new Watch();
    const { job, force, alias, margin, warmStart } = await catalog.checkRetraining(request);
    watch.phase('checking silos');
    const resolved = await resolvedPatiently(job, watch);
    watch.resolved(resolved, false);
    const { changes, inUse: before, undecided } = await catalog.lookUpVersions(resolved, alias);
    const terms = { resolved, alias, margin };
    if (force || changes === null || changes.job || changes.tables.length > 0) {
      watch.phase('training');
      const child = `${workflowInfo().workflowId}/training`;
      watch.tell({
        ...inUseAs(alias, nameOf(before)),
        ...(changes && { changed: nameChanges(changes) }),
        'is trained by': child,
      });
      const { made, began } = await trainAgain(job, child, warmStart ? beginning(before) : undefined);
      const model = nameOf(made.model);
      const trained = {
        ...{ run: made.run, model, metrics: made.metrics.test, rounds: made.rounds },
        ...(began && { began }),
      };
      watch.tell({ trained: model });
      return { alias, changes, trained, ...(await decide(made, terms, watch)) };
    }
    if (undecided !== null) {
      const judged = nameOf(undecided.model);
      watch.tell({ ...inUseAs(alias, nameOf(before)), judged });
      return { alias, changes, trained: null, judged, ...(await decide(undecided, terms, watch)) };
    }
    const reason = 'neither the job nor its tables have changed since the last training';
    watch.tell({ ...inUseAs(alias, nameOf(before)), reason });
    watch.phase('completed');
    const nothing = { trained: null, contest: null, promoted: false };
    return { inUse: nameOf(before), alias, changes, ...nothing, reason };
  } catch (error) {
    throw endOf(error);
  }
}

type Decision = Pick<RetrainingResult, 'inUse' | 'contest' | 'promoted' | 'reason'>;

/** Compares a version with the one in use, and lets the alias name it if it is better and nobody has decided otherwise meanwhile. */
async function decide(made: TrainedVersion, terms: Terms, watch: Watch): Promise<Decision> {
  const { resolved, alias } = terms;
  watch.phase('comparing');
  // Somebody may have promoted another one during the training.
  const { inUse } = await catalog.lookUpVersions(resolved, alias);
  const { settled, ...judged } = await judge(inUse, made, terms, watch);
  const over = inUse?.version ?? null;
  const now = settled
    ? await catalog.decidePromotion({ ...made.model, alias, over, promoted: judged.promoted })
    : nameOf(inUse);
  const found = judged.promoted && now !== nameOf(made.model) ? overtaken(judged, alias, now) : judged;
  watch.tell({ ...inUseAs(alias, now), reason: found.reason });
  watch.phase('completed');
  return { inUse: now, ...found };
}

/** The version in use was decided on while the new one was compared with it: that stays. */
function overtaken(
  { contest, reason }: Omit<Judgement, 'settled'>,
  alias: string,
  now: string | null,
): Omit<Judgement, 'settled'> {
  const meanwhile = `meanwhile it was decided that ${alias} is ${now ?? 'none'}`;
  return { contest, promoted: false, reason: `${reason}, but ${meanwhile}` };
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

interface Named {
  readonly name: string;
  readonly version: number;
}

function nameOf(version: Named): string;
function nameOf(version: Named | null): string | null;
function nameOf(version: Named | null): string | null {
  return version && `${version.name}@${version.version}`;
}

function inUseAs(alias: string, version: string | null): Record<string, string> {
  return { [`in use as ${alias}`]: version ?? 'none' };
}

function nameChanges({ job, tables }: Changes): string {
  return [...(job ? ['the job'] : []), ...tables].join(', ') || 'nothing';
}
