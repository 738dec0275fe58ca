import type { Client } from '@temporalio/client';
import type { Site } from '../../core/planner/plan.js';
import { hostProbeQueue, hostQueue, hostSessionQueue } from '../../workflows/contracts/hosts.js';
import { CONTROL_QUEUE, probeQueue, siteOf, siteQueue } from '../../workflows/contracts/task-queues.js';

/** A queue that somebody must poll for an installation to work. */
export interface NeededQueue {
  readonly queue: string;
  readonly takes: 'workflows' | 'activities';
  /** Arguments of `amalur worker` by which its worker is started. */
  readonly worker: string;
}

export function neededQueues(silos: readonly string[]): NeededQueue[] {
  return [
    { queue: CONTROL_QUEUE, takes: 'workflows', worker: 'control' },
    { queue: CONTROL_QUEUE, takes: 'activities', worker: 'control' },
    ...activityQueues('aggregator', 'aggregator'),
    ...silos.flatMap((silo) => activityQueues(siteOf(silo), `silo --silo ${silo}`)),
  ];
}

function activityQueues(site: Site, worker: string): NeededQueue[] {
  const queues = [siteQueue(site), probeQueue(site)];
  return queues.map((queue) => ({ queue, takes: 'activities', worker }));
}

/** Queues of one host of a silo. */
export function queuesOfHost(silo: string, host: string): NeededQueue[] {
  const worker = `silo --silo ${silo} --host ${host}`;
  const queues = [hostQueue, hostProbeQueue, hostSessionQueue].map((of) => of(siteOf(silo), host));
  return queues.map((queue) => ({ queue, takes: 'activities', worker }));
}

/** Hosts whose workers answer for a silo now, by name. A worker's identity is `PID@HOST` (workers/site-worker.ts). */
export async function hostsOf(client: Client, silo: string): Promise<string[]> {
  const [common] = activityQueues(siteOf(silo), `silo --silo ${silo}`);
  const identities = common ? await pollersOf(client, common) : [];
  return [...new Set(identities.map((identity) => identity.slice(identity.indexOf('@') + 1)))].sort();
}

type TaskQueueType = NonNullable<
  Parameters<Client['workflowService']['describeTaskQueue']>[0]['taskQueueType']
>;

/** Temporal's API has numbers for them, and exports their names from none of its main packages. */
const QUEUE_TYPES = { workflows: 1 as unknown as TaskQueueType, activities: 2 as unknown as TaskQueueType };

/** The server remembers a worker for minutes; one that lives comes back for a task at least every 60 seconds. */
const LIVES_MS = 75_000;

/** Workers that poll the queue now: their identities. */
export async function pollersOf(client: Client, { queue, takes }: NeededQueue): Promise<string[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
    taskQueueType: QUEUE_TYPES[takes],
  });
  return pollers
    .filter(({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 < LIVES_MS)
    .map(({ identity }) => identity ?? '');
}

/** The queues among these that nobody polls. */
export async function unpolled(client: Client, queues: readonly NeededQueue[]): Promise<NeededQueue[]> {
  const counts = await Promise.all(queues.map(async (queue) => (await pollersOf(client, queue)).length));
  return queues.filter((_, position) => counts[position] === 0);
}
