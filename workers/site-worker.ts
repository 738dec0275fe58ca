import { Worker, type WorkerOptions } from '@temporalio/worker';
import { forwardActivities } from '../activities/compute/forward.js';
import { privateHome } from '../activities/compute/site.js';
import { AGGREGATOR_OPERATIONS, SILO_OPERATIONS } from '../activities/compute/operation-names.js';
import { createSessions } from '../activities/sessions/activities.js';
import { createProbeActivities } from '../activities/silo/probe.js';
import { withFailures } from '../activities/failures.js';
import { withHeartbeats } from '../activities/heartbeats.js';
import type { AmalurConfig } from '../core/config/index.js';
import { Mailbox } from '../core/exchange/mailbox.js';
import type { HostProfile } from '../core/planner/plan.js';
import type { AggregatorProbeActivities } from '../workflows/contracts/activities.js';
import type { AggregatorOperations, SiloOperations } from '../workflows/contracts/operations.js';
import {
  hostProbeQueue,
  hostQueue,
  hostSessionQueue,
  type HostActivities,
} from '../workflows/contracts/hosts.js';
import { probeQueue, siteQueue } from '../workflows/contracts/task-queues.js';
import { ComputeChild, type ChildListener } from './compute.js';
import { hostProfile } from './host-profile.js';
import { openSite, type OpenedSite } from './open-site.js';
import { connectWorker, runWorkers, type ServerAccess } from './run-workers.js';
import { workerMetrics } from './telemetry/metrics.js';
import { observeActivities } from './telemetry/observe-activities.js';
import { computeAnswers, serverAnswers, storeAnswers } from './telemetry/readiness.js';
import type { Surroundings } from './surroundings.js';

/** Time for a step and its checkpoint when the worker is asked to stop. */
const SHUTDOWN: Pick<WorkerOptions, 'shutdownGraceTime' | 'shutdownForceTime'> = {
  shutdownGraceTime: '20 s',
  shutdownForceTime: '30 s',
};

/** Heartbeats carry cancellations, and a lost worker is noticed by their absence. */
const HEARTBEATS: Pick<WorkerOptions, 'maxHeartbeatThrottleInterval' | 'defaultHeartbeatThrottleInterval'> = {
  maxHeartbeatThrottleInterval: '2 s',
  defaultHeartbeatThrottleInterval: '2 s',
};

/** A silo's worker: its own operations, those of the aggregator for plans that place that role here, and probes. */
export async function runSiloWorker(
  config: AmalurConfig,
  silo: string,
  access: ServerAccess,
  surroundings: Surroundings,
): Promise<void> {
  const { site, sources, threads, stores } = openSite(config, silo);
  const compute = new ComputeChild([config.file, silo], {}, listenerOf(surroundings));
  const operations = {
    ...forwardActivities<SiloOperations>(SILO_OPERATIONS, compute),
    ...forwardActivities<AggregatorOperations>(AGGREGATOR_OPERATIONS, compute),
  };
  const probes = createProbeActivities(silo, sources, onceKnown(compute, threads));
  await runSite({ site, stores, operations, probes, compute }, access, surroundings);
}

/** The aggregator worker, where parties meet that may meet in a neutral place. */
export async function runAggregatorWorker(
  config: AmalurConfig,
  access: ServerAccess,
  surroundings: Surroundings,
): Promise<void> {
  const { site, threads, stores } = openSite(config, undefined);
  const compute = new ComputeChild([config.file], {}, listenerOf(surroundings));
  const operations = forwardActivities<AggregatorOperations>(AGGREGATOR_OPERATIONS, compute);
  const probes = withFailures<AggregatorProbeActivities>({ describeHost: onceKnown(compute, threads) });
  await runSite({ site, stores, operations, probes, compute }, access, surroundings);
}

interface RunningSite extends Pick<OpenedSite, 'site' | 'stores'> {
  readonly operations: object;
  readonly probes: object;
  readonly compute: ComputeChild;
}

/**
 * Steps come by the host's own queue, so that those of a run find in memory what the last one left there. What any host may answer
 * comes by the queues of the site, and whether this one is there by one more, which is never behind a step.
 */
async function runSite(
  { site, stores, operations, probes, compute }: RunningSite,
  access: ServerAccess,
  { host, health, codec }: Surroundings,
): Promise<void> {
  const connection = await connectWorker(access);
  try {
    const common = {
      connection,
      namespace: access.namespace,
      identity: `${String(process.pid)}@${host}`,
      dataConverter: { payloadCodecs: [codec] },
      interceptors: { activity: [observeActivities()] },
      ...HEARTBEATS,
      ...SHUTDOWN,
    };
    const here = withFailures<HostActivities>({ acquireHost: () => Promise.resolve(host) });
    const workers = await Promise.all([
      Worker.create({
        ...common,
        taskQueue: hostQueue(site, host),
        activities: operations,
        // The child computes one operation at a time; a second slot keeps its queue filled.
        maxConcurrentActivityTaskExecutions: 2,
      }),
      Worker.create({
        ...common,
        taskQueue: hostSessionQueue(site, host),
        activities: createSessions(site, new Mailbox(stores), compute),
        // One that found no slot would keep those of other sites waiting, and theirs it: what waits computes nothing, so there is room.
        maxConcurrentActivityTaskExecutions: 1000,
      }),
      Worker.create({ ...common, taskQueue: probeQueue(site), activities: withHeartbeats(probes) }),
      Worker.create({ ...common, taskQueue: siteQueue(site), activities: here }),
      Worker.create({ ...common, taskQueue: hostProbeQueue(site, host), activities: here }),
    ]);
    await runWorkers(workers, health, {
      server: serverAnswers(connection),
      compute: computeAnswers(compute),
      exchange: storeAnswers(stores.at('exchange')),
      store: storeAnswers(stores.at(privateHome(site))),
    });
  } finally {
    compute.stop();
    await connection.close();
  }
}

/** What a compute child counts becomes metrics of its worker, what it writes lines of the worker's log. */
function listenerOf({ logger }: Surroundings): ChildListener {
  const metrics = workerMetrics();
  return {
    onStep: (kind) => metrics.step(kind),
    onLine(line) {
      logger.info(line, { sdkComponent: 'compute' });
    },
  };
}

/** The host's profile, asked for when first needed. */
function onceKnown(compute: ComputeChild, threads: number): () => Promise<HostProfile> {
  let profile: Promise<HostProfile> | undefined;
  return () => {
    profile ??= hostProfile(compute, threads).catch((error: unknown) => {
      profile = undefined;
      throw error;
    });
    return profile;
  };
}
