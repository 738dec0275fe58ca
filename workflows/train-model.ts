import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { AmalurError } from '../core/errors.js';
import type { ResolvedJob } from '../core/job/resolved.js';
import type { JobInput } from '../core/job/schema.js';
import { mainMeasure } from '../core/evaluation/main-measure.js';
import type { Plan } from '../core/planner/plan.js';
import { measureLabel } from '../core/validation/measure-label.js';
import { catalog, probeOf } from './activity-proxies.js';
import { resolveFreshly } from './check-silos.js';
import type { StartedRun } from './contracts/activities.js';
import type { TrainingResult } from './contracts/results.js';
import { coded } from './failures.js';
import { chosenOf } from './chosen-plan.js';
import { leaveSilosOut } from './leave-silos-out.js';
import { Ledger, beginning } from './ledger.js';
import type { Resumption } from './contracts/standing.js';
import { Watch } from './progress.js';
import type { Run } from './publish.js';
import { recorded } from './recorded.js';
import { askSite, followSilos } from './silo-presence.js';
import { skippingLostSilos } from './skip-lost-silos.js';
import { StandingKeeper } from './standing.js';
import { Steering } from './steering.js';
import { trainHere } from './train-here.js';
import type { Resume } from './train-in-rounds.js';
import { trainValidated } from './validate-in-rounds.js';

/**
 * Trains the model of a job over silos: check → plan → bring rows together (materialize) or exchange partial products
 * (factorize, federate) → evaluate → store (Amalur, TKDE 2024, figure 4).
 * @param resume given only by this workflow itself when it continues as new
 */
export async function trainModel(job: JobInput, resume?: Resume): Promise<TrainingResult> {
  // Whoever starts a run gives one object; only a run that continues as new has got further.
  const extra = resume !== undefined && workflowInfo().continuedFromExecutionRunId === undefined;
  const watch = new Watch(extra ? undefined : resume?.progress);
  const steering = new Steering(watch, extra ? undefined : resume?.steering);
  let ledger: Ledger | undefined;
  return recorded('training', extra ? undefined : resume?.execution, (started) => {
    if (extra) throw tooManyArguments();
    const train = (from: Resume | undefined): Promise<TrainingResult> => {
      const ledgerOf = () =>
        (ledger ??= new Ledger(from?.ledger ?? beginning(Date.now()), (bytesOut) =>
          watch.bytesOut(bytesOut),
        ));
      return trainAndStore({ job, started, watch, steering, ledgerOf }, from);
    };
    return skippingLostSilos(watch, train, resume);
  });
}

interface Training {
  readonly job: JobInput;
  readonly started: StartedRun;
  readonly watch: Watch;
  readonly steering: Steering;
  /** Where the run's time and bytes are entered, from when it is planned. */
  readonly ledgerOf: () => Ledger;
}

async function trainAndStore(
  { job, started: { run, execution }, watch, steering, ledgerOf }: Training,
  resume: Resume | undefined,
): Promise<TrainingResult> {
  const planned = resume ? await loaded(resume) : await checkAndPlan(job, watch, execution);
  const { resolved, plan, journal } = planned;
  if (resume) followJob(resolved, watch, true);
  const { skipped } = watch.snapshot();
  if (!resume && skipped) steering.anew();
  const candidate = chosenOf(plan);
  const { standing: from, pending = {} } = planned.resumption ?? {};
  if (planned.resumption) steering.begin(from?.told ?? {}, pending);
  steering.resolved(resolved.job.model);
  const reached = resume?.from ?? from?.reached;
  const standing = new StandingKeeper(execution, reached);

  const ledger = ledgerOf();
  const course: Run = { execution: journal, resolved, watch, ledger, steering, standing };
  const goOn = (turn: Resume) =>
    continueAsNew<typeof trainModel>(job, { ...turn, execution, journal, ...(reached && { from: reached }) });
  const trained = await standing.during(() =>
    candidate.mode === 'rounds'
      ? trainValidated(course, candidate, goOn, resume)
      : trainHere(course, candidate, plan, goOn, resume?.here),
  );
  const spec = steering.settingsOf(trained.spec);
  const evaluation = await leaveSilosOut(course, { ...trained, spec });

  watch.phase('storing');
  if (trained.stopped !== 'converged') await standing.keep();
  const { metrics, rounds, stopped, curve, rows, overlaps } = trained;
  const manifest = { ...trained.manifest, ...(skipped && { skipped }) };
  const model = await catalog.publishModel(execution, manifest, metrics);
  const seconds = ledger.seconds(Date.now());
  const { bytesOut } = ledger;
  const facts = {
    ...{ rounds, stopReason: stopped, metrics, curve, evaluation: evaluation ?? null, seconds, bytesOut },
    ...(skipped && { skipped }),
  };
  await catalog.finishRun(execution, facts, `${model.name}@${model.version}`);
  const main = mainMeasure(metrics.test);
  watch.best(main.value);
  watch.tell({
    model: `${model.name}@${model.version}`,
    ended: `${stopped} after ${rounds} rounds`,
    ...(main.value !== null && { [`test ${measureLabel(main.name)}`]: main.value.toPrecision(6) }),
  });
  watch.phase('completed');
  const { strategy, site, seconds: predictedSeconds } = candidate;
  return {
    ...{ run, execution, jobHash: planned.jobHash, model, strategy, site, rounds, stopped, rows },
    ...(overlaps && { overlaps }),
    metrics,
    ...(manifest.validation && { validation: manifest.validation }),
    ...(skipped && { skipped }),
    ...{ seconds, bytesOut, predictedSeconds },
  };
}

function tooManyArguments() {
  return coded(
    new AmalurError('AMALUR_INVALID_JOB', 'the workflow takes one argument, the job', {
      suggestion: 'give the whole job as one JSON object',
    }),
  );
}

interface Planned {
  readonly resolved: ResolvedJob;
  /** Of the run's own job: what is resolved may be that of a run that it goes on from. */
  readonly jobHash: string;
  readonly plan: Plan;
  /** Execution in whose name operations are committed. */
  readonly journal: string;
  readonly resumption?: Resumption;
}

async function loaded({ execution, journal = execution }: Resume): Promise<Planned> {
  const run = await catalog.loadRun(journal);
  const own = journal === execution ? run : await catalog.loadRun(execution);
  return { ...run, journal, jobHash: own.resolved.jobHash };
}

async function checkAndPlan(job: JobInput, watch: Watch, execution: string): Promise<Planned> {
  watch.phase('checking silos');
  const skipped = watch.snapshot().skipped?.map(({ silo }) => silo);
  const resolved = await resolveFreshly(job, skipped, (known) => followJob(known, watch, false));
  watch.resolved(resolved);
  watch.phase('planning');
  // Without a silo that was there it is another training, which begins anew.
  if (resolved.job.resumeFrom !== undefined && skipped === undefined) {
    const resumption = await catalog.resumeRun(execution, resolved);
    const { plan, journal } = resumption;
    watch.planned(chosenOf(plan));
    await catalog.recordPlan(execution, resolved, plan);
    return { resolved: resumption.resolved, jobHash: resolved.jobHash, plan, journal, resumption };
  }
  const plan = await planOf(resolved);
  watch.planned(chosenOf(plan));
  if (skipped !== undefined) await catalog.forgetStanding(execution);
  await catalog.recordPlan(execution, resolved, plan);
  return { resolved, jobHash: resolved.jobHash, plan, journal: execution };
}

/** Silos may be without a worker for as long as the job says. */
function followJob({ job }: ResolvedJob, watch: Watch, begun: boolean): void {
  const { onSiloLost } = job;
  // Only a run that continues as new has forgotten its hosts; of one that begins anew some may be lost.
  followSilos({ onSiloLost, watch, begun, ...(begun && { hosts: watch.snapshot().hosts }) });
}

/** The planner's decision, on the hosts as they are. */
export async function planOf(resolved: ResolvedJob): Promise<Plan> {
  const probe = probeOf('aggregator', 'what can the aggregator do?');
  return catalog.planRun(resolved, await askSite('aggregator', () => probe.describeHost()));
}
