import { RENEW_AFTER_MS } from '../exchange/store.js';

/** What is younger is never taken: a run may have stored it and not yet said so in any record. */
export const GRACE_MS = 24 * 3_600_000;

/**
 * Age from which things may go. Whatever a run stores or finds stored has its age begin anew, but for what is younger than an
 * hour; so nothing that an open run has made use of is older than the hour before it began.
 * @param now milliseconds since 1970, as all times here
 * @param keepMs how long ended runs stay
 * @param openSince when each open run began
 */
export function cutoff(now: number, keepMs: number, openSince: readonly number[]): number {
  const aged = now - Math.max(keepMs, GRACE_MS);
  return openSince.reduce((least, began) => Math.min(least, began - 2 * RENEW_AFTER_MS), aged);
}
