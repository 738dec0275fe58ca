import type { OnSiloLost } from './silo-loss-schema.js';

/** Seconds for which a run that has begun waits for a silo, where its job says nothing, or says `wait` and no more. */
export const WAIT_SECONDS = 43_200;
/** Seconds after which a silo is taken for lost, where its job says `fail` or `skip` and no more. */
export const LOST_SECONDS = 60;
/** The same at the beginning of a run whose job says nothing: a worker that was not started is told of at once. */
export const ABSENT_SECONDS = 10;

/**
 * Seconds that a silo may be without a worker.
 * @param begun whether the run has had an answer of all its silos
 */
export function secondsAllowed(onSiloLost: OnSiloLost | undefined, begun: boolean): number {
  if (onSiloLost === undefined) return begun ? WAIT_SECONDS : ABSENT_SECONDS;
  return onSiloLost.after ?? (onSiloLost.policy === 'wait' ? WAIT_SECONDS : LOST_SECONDS);
}

/** A silo that a model was trained without, because it had no worker. */
export interface SkippedSilo {
  readonly silo: string;
  /** Since when it had none, ISO 8601. */
  readonly since: string;
  /** What the run was at. */
  readonly phase: string;
}
