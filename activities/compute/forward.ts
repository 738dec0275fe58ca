import { Context } from '@temporalio/activity';
import { withFailures } from '../failures.js';

/** A process that computes: takes an operation by name, reports progress, answers or fails. */
export interface ComputePort {
  call(operation: string, input: unknown, options: CallOptions): Promise<unknown>;
}

export interface CallOptions {
  /** Ends the computation, if need be by ending its process. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: unknown) => void;
}

/** How often a running operation tells the server that it lives. */
const HEARTBEAT_MS = 1000;

/**
 * Activities that hand each operation to the compute child of the worker, so that the worker's own event loop only talks:
 * heartbeats with a counter and the latest progress go out however hard the child is at work.
 */
export function forwardActivities<T extends object>(
  operations: readonly (keyof T & string)[],
  compute: ComputePort,
): T {
  const forward = (operation: string) => async (input: unknown) => {
    const context = Context.current();
    let beats = 0;
    let latest: unknown;
    const timer = setInterval(() => {
      context.heartbeat({ beat: ++beats, progress: latest });
    }, HEARTBEAT_MS);
    try {
      return await compute.call(operation, input, {
        signal: context.cancellationSignal,
        onProgress(progress) {
          latest = progress;
        },
      });
    } finally {
      clearInterval(timer);
    }
  };
  return withFailures(Object.fromEntries(operations.map((name) => [name, forward(name)]))) as T;
}
