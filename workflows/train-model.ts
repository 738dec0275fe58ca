import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { AmalurError } from '../core/errors.js';
import type { ResolvedJob } from '../core/job/resolved.js';
import type { JobInput } from '../core/job/schema.js';
import { mainMeasure } from '../core/evaluation/main-measure.js';
import type { Plan } from '../core/planner/plan.js';
import { catalog, probeOf } from './activity-proxies.js';
import { resolveFreshly } from './check-silos.js';
import type { TrainingResult } from './contracts/results.js';
import { coded } from './failures.js';
import { chosenOf } from './chosen-plan.js';
import { leaveSilosOut } from './leave-silos-out.js';
import { Ledger, beginning } from './ledger.js';
import { Watch } from './progress.js';
import type { Run } from './publish.js';
import { recorded } from './recorded.js';
import { askSite, followSilos } from './silo-presence.js';
import { skippingLostSilos } from './skip-lost-silos.js';
import { trainHere } from './train-here.js';
import { trainInRounds, type Resume } from './train-in-rounds.js';

/**
 * Trains the model of a job over silos: check → plan → bring rows together (materialize) or exchange partial products
 * (factorize, federate) → evaluate → store (Amalur, TKDE 2024, figure 4).
 * @param resume given only by this workflow itself when it continues as new
 */
export async function trainModel(job: JobInput, resume?: Resume): Promise<TrainingResult> {
  // Whoever starts a run gives one object; only a run that continues as new has got further.
  const extra = resume !== undefined && workflowInfo().continuedFromExecutionRunId === undefined;
  const watch = new Watch(extra ? undefined : resume?.progress);
  let ledger: Ledger | undefined;
  return recorded('training', extra ? undefined : resume?.execution, async ({ run, execution }) => {
    if (extra) throw tooManyArguments();
    return skippingLostSilos(
      watch,
      async (from) => {
        const { resolved, plan } = from
          ? await catalog.loadRun(execution)
          : await checkAndPlan(job, watch, execution);
        const { skipped } = watch.snapshot();
        if (from) followJob(resolved, watch, true);
        const candidate = chosenOf(plan);

        ledger ??= new Ledger(from?.ledger ?? beginning(Date.now()), (bytesOut) => watch.bytesOut(bytesOut));
        const course: Run = { execution, resolved, watch, ledger };
        const trained =
          candidate.mode === 'rounds'
            ? await trainInRounds(course, candidate, (at) => continueAsNew(job, at), from?.rounds)
            : await trainHere(course, candidate, plan);
        const evaluation = await leaveSilosOut(course, trained);

        watch.phase('storing');
        const { metrics, rounds, stopped, curve, rows, overlaps } = trained;
        const manifest = { ...trained.manifest, ...(skipped && { skipped }) };
        const model = await catalog.publishModel(execution, manifest, metrics);
        const seconds = ledger.seconds(Date.now());
        const bytesOut = ledger.bytesOut;
        const facts = {
          rounds,
          stopReason: stopped,
          metrics,
          curve,
          evaluation: evaluation ?? null,
          seconds,
          bytesOut,
          ...(skipped && { skipped }),
        };
        await catalog.finishRun(execution, facts, `${model.name}@${model.version}`);
        watch.best(mainMeasure(metrics.test).value);
        watch.phase('completed');
        const { strategy, site, seconds: predictedSeconds } = candidate;
        const { jobHash } = resolved;
        return {
          run,
          execution,
          jobHash,
          model,
          strategy,
          site,
          rounds,
          stopped,
          rows,
          ...(overlaps && { overlaps }),
          metrics,
          ...(manifest.validation && { validation: manifest.validation }),
          ...(skipped && { skipped }),
          seconds,
          bytesOut,
          predictedSeconds,
        };
      },
      resume,
    );
  });
}

function tooManyArguments() {
  return coded(
    new AmalurError('AMALUR_INVALID_JOB', 'the workflow takes one argument, the job', {
      suggestion: 'give the whole job as one JSON object',
    }),
  );
}

async function checkAndPlan(
  job: JobInput,
  watch: Watch,
  execution: string,
): Promise<{ resolved: ResolvedJob; plan: Plan }> {
  watch.phase('checking silos');
  const skipped = watch.snapshot().skipped?.map(({ silo }) => silo);
  const resolved = await resolveFreshly(job, skipped, (known) => followJob(known, watch, false));
  watch.resolved(resolved);
  watch.phase('planning');
  const plan = await planOf(resolved);
  watch.planned(chosenOf(plan));
  await catalog.recordPlan(execution, resolved, plan);
  return { resolved, plan };
}

/** Silos may be without a worker for as long as the job says. */
function followJob({ job }: ResolvedJob, watch: Watch, begun: boolean): void {
  const { onSiloLost } = job;
  followSilos({ onSiloLost, watch, begun, hosts: watch.snapshot().hosts });
}

/** The planner's decision, on the hosts as they are. */
export async function planOf(resolved: ResolvedJob): Promise<Plan> {
  const probe = probeOf('aggregator', 'what can the aggregator do?');
  return catalog.planRun(resolved, await askSite('aggregator', () => probe.describeHost()));
}
