import { Context } from '@temporalio/activity';

/** How often an activity that is under way tells the server that it lives. */
const HEARTBEAT_MS = 1000;

/**
 * Does some work of the current activity and tells the server every second that it is under way: a worker that is killed is
 * noticed by the silence, and not only when the time for the work is over.
 * @param progress how far the work is; goes along with a counter
 */
export async function withHeartbeat<T>(
  work: (context: Context) => Promise<T>,
  progress: () => unknown = () => undefined,
): Promise<T> {
  const context = Context.current();
  let beats = 0;
  const timer = setInterval(() => {
    context.heartbeat({ beat: ++beats, progress: progress() });
  }, HEARTBEAT_MS);
  try {
    return await work(context);
  } finally {
    clearInterval(timer);
  }
}

/** The same for every activity of a group. */
export function withHeartbeats<T extends object>(activities: T): T {
  return Object.fromEntries(
    Object.entries(activities).map(([name, activity]) => [
      name,
      // Every member of a group of activities is a function.
      (...args: unknown[]) =>
        withHeartbeat(() => (activity as (...given: unknown[]) => Promise<unknown>)(...args)),
    ]),
  ) as T;
}
