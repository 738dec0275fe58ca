import { proxyActivities, type ActivityInterfaceFor, type ActivityOptions } from '@temporalio/workflow';
import type { Site } from '../core/planner/plan.js';
import type {
  AggregatorProbeActivities,
  CatalogActivities,
  PlanningActivities,
  ProbeActivities,
} from './contracts/activities.js';
import type { AggregatorOperations, SiloOperations } from './contracts/operations.js';
import { CONTROL_QUEUE, probeQueue, siteQueue } from './contracts/task-queues.js';

// Errors that a user can mend are not retried: their activities fail with a non-retryable type (activities/failures.ts).

const CONTROL: ActivityOptions = {
  taskQueue: CONTROL_QUEUE,
  startToCloseTimeout: '30 s',
  scheduleToCloseTimeout: '5 min',
};

const COMPUTE: ActivityOptions = {
  startToCloseTimeout: '2 h',
  scheduleToCloseTimeout: '12 h',
  // The worker beats every second; one that is killed is noticed after this.
  heartbeatTimeout: '5 s',
  retry: { initialInterval: '500 ms', maximumInterval: '10 s', maximumAttempts: 20 },
};

/** A probe that nobody takes means that the site has no worker: that time limit is not retried. */
const PROBE: ActivityOptions = {
  scheduleToStartTimeout: '10 s',
  startToCloseTimeout: '5 min',
  // As of an operation, twice as patient: sources are read in the worker itself.
  heartbeatTimeout: '10 s',
  retry: { initialInterval: '500 ms', maximumAttempts: 5 },
};

export const catalog = proxyActivities<CatalogActivities & PlanningActivities>(CONTROL);

type AtSite<T> = ActivityInterfaceFor<T>;

/** A silo's operations, on its own queue. @param summary what the UI shows beside the activity */
export function siloAt(site: Site, summary: string): AtSite<SiloOperations> {
  return proxyActivities<SiloOperations>({ ...COMPUTE, taskQueue: siteQueue(site), summary });
}

/** The aggregator's operations, at whichever site has the role. */
export function aggregatorAt(site: Site, summary: string): AtSite<AggregatorOperations> {
  return proxyActivities<AggregatorOperations>({ ...COMPUTE, taskQueue: siteQueue(site), summary });
}

export function probeOf(site: Site, summary: string): AtSite<ProbeActivities & AggregatorProbeActivities> {
  return proxyActivities<ProbeActivities & AggregatorProbeActivities>({
    ...PROBE,
    taskQueue: probeQueue(site),
    summary,
  });
}
