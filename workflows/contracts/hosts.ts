import type { Site } from '../../core/planner/plan.js';
import { siteQueue } from './task-queues.js';

/** What any worker of a site answers at once, whatever steps it is at. */
export interface HostActivities {
  /** The host that this worker runs on: its steps are taken from the host's own queue. */
  acquireHost(): Promise<string>;
}

/** Queue of the activities that run on one host of a site: what a step leaves in memory is there for the next. */
export function hostQueue(site: Site, host: string): string {
  return `${siteQueue(site)}.${host}`;
}

/** Where that host alone is asked whether it is there. */
export function hostProbeQueue(site: Site, host: string): string {
  return `${hostQueue(site, host)}.probe`;
}

/** Queue of a host's sessions in trainings in rounds: they wait for one another, so none of them may wait for another activity. */
export function hostSessionQueue(site: Site, host: string): string {
  return `${hostQueue(site, host)}.session`;
}
