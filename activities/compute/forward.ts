import { withFailures } from '../failures.js';
import { heartbeating } from '../heartbeats.js';

/** A process that computes: takes an operation by name, reports progress, answers or fails. */
export interface ComputePort {
  call(operation: string, input: unknown, options: CallOptions): Promise<unknown>;
}

export interface CallOptions {
  /** Ends the computation, if need be by ending its process. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: unknown) => void;
}

/**
 * Activities that hand each operation to the compute child of the worker, so that the worker's own event loop only talks:
 * heartbeats go out however hard the child is at work.
 */
export function forwardActivities<T extends object>(
  operations: readonly (keyof T & string)[],
  compute: ComputePort,
): T {
  const forward = (operation: string) => (input: unknown) =>
    heartbeating((options) => compute.call(operation, input, options));
  return withFailures(Object.fromEntries(operations.map((name) => [name, forward(name)]))) as T;
}
