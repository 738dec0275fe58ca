import { proxyActivities, type ActivityInterfaceFor, type ActivityOptions } from '@temporalio/workflow';
import type { Site } from '../core/planner/plan.js';
import type {
  AggregatorProbeActivities,
  CatalogActivities,
  PlanningActivities,
  ProbeActivities,
} from './contracts/activities.js';
import type { GarbageCatalogActivities } from './contracts/garbage.js';
import type { AggregatorOperations, SiloOperations } from './contracts/operations.js';
import type { HealthActivities } from './contracts/health.js';
import { hostQueue, hostSessionQueue } from './contracts/hosts.js';
import type { RetrainingActivities } from './contracts/retraining.js';
import type { ServingActivities } from './contracts/serving.js';
import type { AggregatorSessions, PartySessions } from './contracts/sessions.js';
import { CONTROL_QUEUE, probeQueue } from './contracts/task-queues.js';
import { atHost } from './silo-presence.js';

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

type ControlActivities = CatalogActivities &
  RetrainingActivities &
  HealthActivities &
  PlanningActivities &
  GarbageCatalogActivities &
  ServingActivities;

/** What the UI shows beside activities of the control worker whose names do not say it. */
const SUMMARIES: Readonly<Partial<Record<keyof ControlActivities, string>>> = {
  resolveJob: 'check the job against the catalog',
  planRun: 'compare the plans',
  recordPlan: 'store the plan',
  keepStanding: 'store how far the training is',
  resumeRun: 'look up how far the run was',
  publishModel: 'store the model',
  finishRun: 'store measures and costs',
  failRun: 'store why the run ended',
};

export const catalog = new Proxy({} as ActivityInterfaceFor<ControlActivities>, {
  get(_, name) {
    const summary = SUMMARIES[name as keyof ControlActivities];
    const options = { ...CONTROL, ...(summary !== undefined && { summary }) };
    return proxyActivities<Record<string | symbol, Operation>>(options)[name];
  },
});

/** Where a training stands is told in passing: a catalog that is away does not hold the training up. */
export const standings = proxyActivities<Pick<CatalogActivities, 'keepStanding'>>({
  ...CONTROL,
  startToCloseTimeout: '10 s',
  scheduleToCloseTimeout: '20 s',
  summary: 'store how far the training is',
});

type AtSite<T> = ActivityInterfaceFor<T>;

/** A silo's operations, on the host that the run has there. @param summary what the UI shows beside the activity */
export function siloAt(site: Site, summary: string): AtSite<SiloOperations> {
  return operationsAt<SiloOperations>(site, { ...COMPUTE, summary });
}

/** The aggregator's operations, at whichever site has the role. */
export function aggregatorAt(site: Site, summary: string): AtSite<AggregatorOperations> {
  return operationsAt<AggregatorOperations>(site, { ...COMPUTE, summary });
}

type Operation = (input: unknown) => Promise<unknown>;

/** Operations of a site, each scheduled again where nobody takes it, as `atHost` says. @param queueOf queue of them on a host */
function operationsAt<T extends object>(
  site: Site,
  options: ActivityOptions,
  queueOf: typeof hostQueue = hostQueue,
): AtSite<T> {
  return new Proxy({} as AtSite<T>, {
    get:
      (_, name): Operation =>
      (input) =>
        atHost(site, (host, scheduleToStartTimeout) => {
          const taskQueue = queueOf(site, host);
          const scheduled = { ...options, taskQueue, scheduleToStartTimeout };
          const operation = proxyActivities<Record<string, Operation>>(scheduled)[String(name)];
          if (!operation) throw new Error('activities are found by any name');
          return operation(input);
        }),
  });
}

/** The sessions of a site. They last as long as those that they wait for are away. */
export function sessionsAt(site: Site, summary: string): AtSite<PartySessions & AggregatorSessions> {
  // A job may let a silo be lost for a week (onSiloLost.after): those that wait for it must not be the first to give up.
  const longest = { startToCloseTimeout: '8 d', scheduleToCloseTimeout: '8 d' } as const;
  const options = { ...COMPUTE, ...longest, summary };
  return operationsAt<PartySessions & AggregatorSessions>(site, options, hostSessionQueue);
}

export function probeOf(site: Site, summary: string): AtSite<ProbeActivities & AggregatorProbeActivities> {
  return proxyActivities<ProbeActivities & AggregatorProbeActivities>({
    ...PROBE,
    taskQueue: probeQueue(site),
    summary,
  });
}
