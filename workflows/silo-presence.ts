import { ActivityFailure, TimeoutFailure, proxyActivities } from '@temporalio/workflow';
import { secondsAllowed } from '../core/job/silo-loss.js';
import type { OnSiloLost } from '../core/job/silo-loss-schema.js';
import type { Site } from '../core/planner/plan.js';
import { hostProbeQueue, type HostActivities } from './contracts/hosts.js';
import { siteQueue } from './contracts/task-queues.js';
import { SiloLost } from './silo-lost.js';

/** Told where a site's steps go, and of sites that have no worker. */
export interface PresenceWatch {
  host(site: Site, host: string): void;
  /** @param since milliseconds since 1970; undefined when a worker has come back */
  absent(site: Site, since: number | undefined): void;
}

interface Followed {
  readonly onSiloLost?: OnSiloLost | undefined;
  readonly watch?: PresenceWatch;
  /** The run has had an answer of all its sites: who is missed now was there. */
  readonly begun?: boolean;
  /** Hosts that the run goes on with. */
  readonly hosts?: Readonly<Record<string, string>> | undefined;
}

/** A step that nobody has taken for so long may be behind others, or its host lost: the host is asked. */
const UNTAKEN_MS = 5_000;
/** A host whose steps are behind others is asked less and less often. */
const BUSY_MS = 120_000;
/** How long a host may take to say that it is there; what answers is never behind a step. */
const ANSWER_MS = 3_000;
/** Shorter times tell nothing of a machine that is busy. */
const LEAST_MS = 500;

// Of this workflow alone: every workflow has modules of its own.
let followed: Followed = {};
const hosts = new Map<Site, string>();
const absentSince = new Map<Site, number>();
const acquiring = new Map<Site, Promise<string>>();

/** Says how long silos of this workflow may be without a worker, and who is to know. */
export function followSilos(change: Followed): void {
  followed = { ...followed, ...change };
  for (const [site, host] of Object.entries(change.hosts ?? {})) hosts.set(site as Site, host);
}

/** Whether the job lets a run go on without a silo that is lost. */
export function mayBeSkipped(): boolean {
  return followed.onSiloLost?.policy === 'skip';
}

/**
 * Has an activity done at a site, on the host that has the run's memory. Where nobody takes it the host is asked whether it is there:
 * one that is busy gets it again; in the place of one that is lost comes another of the site, now or when one comes back. The
 * activity may be of any length: only until it has begun does it have to be taken in time.
 * @param call schedules it on a queue of the host, with a limit of milliseconds from schedule to start
 * @throws SiloLost when the site has had no worker for as long as the job allows
 */
export async function atHost<T>(
  site: Site,
  call: (host: string, untakenMs: number) => Promise<T>,
): Promise<T> {
  const least = Math.min(UNTAKEN_MS, Math.max(LEAST_MS, limitMs() / 2));
  for (let patience = least; ;) {
    const host = await hostOf(site);
    try {
      return await call(host, patience);
    } catch (error) {
      if (!isUntaken(error)) throw error;
    }
    const answer = Math.min(ANSWER_MS, Math.max(LEAST_MS, limitMs() / 4));
    if ((await answerFrom(hostProbeQueue(site, host), answer, `is ${host} there?`)) !== undefined) {
      patience = Math.min(BUSY_MS, patience * 2);
      continue;
    }
    // A step beside this one may have found another host already.
    if (hosts.get(site) === host) missed(site, Date.now() - patience - answer);
    patience = least;
  }
}

/**
 * Asks a site what any of its hosts may answer. Where nobody takes the question up, the site is waited for and asked again.
 * @param field what in the job names the site
 * @throws SiloLost
 */
export async function askSite<T>(site: Site, ask: () => Promise<T>, field?: string): Promise<T> {
  for (;;) {
    const asked = Date.now();
    await hostOf(site, field);
    try {
      return await ask();
    } catch (error) {
      if (!isUntaken(error)) throw error;
    }
    missed(site, asked);
  }
}

/**
 * The host of a site that does the steps of this workflow. The first time any may answer, and while none does it is waited for.
 * @param field what in the job names the site
 * @throws SiloLost
 */
async function hostOf(site: Site, field?: string): Promise<string> {
  const known = hosts.get(site);
  if (known !== undefined) return known;
  // Steps of one site that are scheduled side by side go to one host.
  let found = acquiring.get(site);
  if (!found) {
    found = acquire(site, field).finally(() => acquiring.delete(site));
    acquiring.set(site, found);
  }
  return found;
}

async function acquire(site: Site, field: string | undefined): Promise<string> {
  const since = absentSince.get(site) ?? Date.now();
  const left = () => Math.max(LEAST_MS, since + limitMs() - Date.now());
  const summary = `who is there of ${site}?`;
  let host = await answerFrom(siteQueue(site), Math.min(UNTAKEN_MS, left()), summary);
  if (host === undefined) {
    absentSince.set(site, since);
    followed.watch?.absent(site, since);
    while (host === undefined && since + limitMs() > Date.now())
      host = await answerFrom(siteQueue(site), left(), summary);
  }
  if (host === undefined) throw new SiloLost(site, since, { field, begun: followed.begun === true });
  absentSince.delete(site);
  followed.watch?.absent(site, undefined);
  hosts.set(site, host);
  followed.watch?.host(site, host);
  return host;
}

/** The host that answers at a queue; undefined when nobody takes the question up in time. */
async function answerFrom(queue: string, untakenMs: number, summary: string): Promise<string | undefined> {
  const { acquireHost } = proxyActivities<HostActivities>({
    taskQueue: queue,
    scheduleToStartTimeout: untakenMs,
    startToCloseTimeout: '10 s',
    retry: { maximumAttempts: 3 },
    summary,
  });
  try {
    return await acquireHost();
  } catch (error) {
    // The server may hand it to polls of a host that is gone and has not hung up: these took it, and never answer.
    if (isLate(error)) return undefined;
    throw error;
  }
}

/** Nobody of the site has answered since then: another host is looked for. */
function missed(site: Site, since: number): void {
  hosts.delete(site);
  if (!absentSince.has(site)) absentSince.set(site, since);
}

function limitMs(): number {
  return secondsAllowed(followed.onSiloLost, followed.begun ?? false) * 1000;
}

/** Nobody has taken an activity in time: the one time limit that is not retried. */
function isUntaken(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START';
}

function isLate(error: unknown): boolean {
  return error instanceof ActivityFailure && error.cause instanceof TimeoutFailure;
}
