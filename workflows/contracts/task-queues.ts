import type { Site } from '../../core/planner/plan.js';

/** Workflows and the control worker's activities. */
export const CONTROL_QUEUE = 'amalur';

/** Queue of the activities that run at a site; probes go to a queue of their own so that they never wait behind a step. */
export function siteQueue(site: Site): string {
  return site === 'aggregator' ? 'amalur.aggregate' : `amalur.${site}`;
}

export function probeQueue(site: Site): string {
  return `${siteQueue(site)}.probe`;
}

export function siteOf(silo: string): Site {
  return `silo.${silo}`;
}

/** The silo at a site; undefined for the aggregator worker. */
export function siloOfSite(site: Site): string | undefined {
  return site === 'aggregator' ? undefined : site.slice('silo.'.length);
}
