import { Context } from '@temporalio/activity';
import type { CallOptions } from './forward.js';

/** How often a running operation tells the server that it lives. */
const HEARTBEAT_MS = 1000;

/** Does an activity's work while heartbeats go out with a counter and the latest progress; they bring back a cancellation. */
export async function heartbeating<T>(work: (options: CallOptions) => Promise<T>): Promise<T> {
  const context = Context.current();
  let beats = 0;
  let latest: unknown;
  const timer = setInterval(() => {
    context.heartbeat({ beat: ++beats, progress: latest });
  }, HEARTBEAT_MS);
  try {
    return await work({
      signal: context.cancellationSignal,
      onProgress(progress) {
        latest = progress;
      },
    });
  } finally {
    clearInterval(timer);
  }
}
