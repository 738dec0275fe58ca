import { Context } from '@temporalio/activity';
import type { Cost } from '../workflows/contracts/operations.js';
import type { CallOptions } from './compute/forward.js';

/** How often an activity that is under way tells the server that it lives. */
const HEARTBEAT_MS = 1000;

/**
 * Does the work of the current activity and tells the server every second that it is under way, with a counter and the latest progress:
 * a worker that is killed is noticed by the silence, and not only when the time for the work is over. Heartbeats bring back a cancellation.
 */
export async function heartbeating<T>(work: (options: CallOptions) => Promise<T>): Promise<T> {
  const context = Context.current();
  let beats = 0;
  let latest: unknown;
  const timer = setInterval(() => {
    context.heartbeat({ beat: ++beats, progress: latest });
  }, HEARTBEAT_MS);
  try {
    const output = await work({
      signal: context.cancellationSignal,
      onProgress(progress) {
        latest = progress;
      },
    });
    return withRepeats(output, context.info.attempt - 1);
  } finally {
    clearInterval(timer);
  }
}

/** Says of what an operation has cost how many attempts at it there were before. */
export function withRepeats<T>(output: T, repeats: number): T {
  if (repeats === 0 || typeof output !== 'object' || output === null || !('cost' in output)) return output;
  return { ...output, cost: { ...(output.cost as Cost), repeats } };
}

/** The same for every activity of a group. */
export function withHeartbeats<T extends object>(activities: T): T {
  return Object.fromEntries(
    Object.entries(activities).map(([name, activity]) => [
      name,
      // Every member of a group of activities is a function.
      (...args: unknown[]) =>
        heartbeating(() => (activity as (...given: unknown[]) => Promise<unknown>)(...args)),
    ]),
  ) as T;
}
