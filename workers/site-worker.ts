import { Worker, type WorkerOptions } from '@temporalio/worker';
import { forwardActivities } from '../activities/compute/forward.js';
import { AGGREGATOR_OPERATIONS, SILO_OPERATIONS } from '../activities/compute/operation-names.js';
import { createProbeActivities } from '../activities/silo/probe.js';
import { withFailures } from '../activities/failures.js';
import { withHeartbeats } from '../activities/heartbeats.js';
import type { AmalurConfig } from '../core/config/index.js';
import type { HostProfile, Site } from '../core/planner/plan.js';
import type { AggregatorProbeActivities } from '../workflows/contracts/activities.js';
import type { AggregatorOperations, SiloOperations } from '../workflows/contracts/operations.js';
import { probeQueue, siteQueue } from '../workflows/contracts/task-queues.js';
import { ComputeChild } from './compute.js';
import { hostProfile } from './host-profile.js';
import { openSite } from './open-site.js';
import { connectWorker, runWorkers, type ServerAccess } from './run-workers.js';

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
export async function runSiloWorker(config: AmalurConfig, silo: string, access: ServerAccess): Promise<void> {
  const { site, sources, threads } = openSite(config, silo);
  const compute = new ComputeChild([config.file, silo]);
  const operations = {
    ...forwardActivities<SiloOperations>(SILO_OPERATIONS, compute),
    ...forwardActivities<AggregatorOperations>(AGGREGATOR_OPERATIONS, compute),
  };
  const probes = createProbeActivities(silo, sources, onceKnown(compute, threads));
  await runSite(site, operations, probes, compute, access);
}

/** The aggregator worker, where parties meet that may meet in a neutral place. */
export async function runAggregatorWorker(config: AmalurConfig, access: ServerAccess): Promise<void> {
  const { site, threads } = openSite(config, undefined);
  const compute = new ComputeChild([config.file]);
  const operations = forwardActivities<AggregatorOperations>(AGGREGATOR_OPERATIONS, compute);
  const probes = withFailures<AggregatorProbeActivities>({ describeHost: onceKnown(compute, threads) });
  await runSite(site, operations, probes, compute, access);
}

async function runSite(
  site: Site,
  operations: object,
  probes: object,
  compute: ComputeChild,
  access: ServerAccess,
): Promise<void> {
  const connection = await connectWorker(access);
  try {
    const common = { connection, namespace: access.namespace, ...SHUTDOWN, ...HEARTBEATS };
    const worker = await Worker.create({
      ...common,
      taskQueue: siteQueue(site),
      activities: operations,
      // The child computes one operation at a time; a second slot keeps its queue filled.
      maxConcurrentActivityTaskExecutions: 2,
    });
    const probe = await Worker.create({
      ...common,
      taskQueue: probeQueue(site),
      activities: withHeartbeats(probes),
    });
    await runWorkers([worker, probe]);
  } finally {
    compute.stop();
    await connection.close();
  }
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
