import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { AmalurError, reportOf } from '../core/errors.js';
import { isPassing } from '../core/passing-codes.js';

/** The process that was computing is gone: nothing is wrong with the job, the step can be made again. */
export class ComputeLostError extends Error {
  override readonly name = 'ComputeLostError';
}

/**
 * How an error leaves an activity. What a user can mend ends the run at once with its code; what the machine did (a lost
 * process, a full disk) is tried again; anything else is a defect of ours, and repeating it would only hide it.
 */
export function failureOf(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof AmalurError) {
    return ApplicationFailure.create({
      message: error.message,
      type: error.code,
      nonRetryable: !isPassing(error.code),
      details: [reportOf(error)],
    });
  }
  const message = error instanceof Error ? error.message : 'unknown error';
  if (error instanceof ComputeLostError) return ApplicationFailure.create({ message, type: error.name });
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (typeof code === 'string' && isPassing(code)) return ApplicationFailure.create({ message, type: code });
  const internal = new AmalurError('AMALUR_INTERNAL', message, {
    suggestion: 'this is a defect: please report it with the log of the worker',
  });
  return ApplicationFailure.create({
    message,
    type: internal.code,
    nonRetryable: true,
    details: [reportOf(internal)],
  });
}

/**
 * Wraps every activity of a group so that errors leave it as failures of a stable type. A cancellation leaves it as it came: the
 * SDK knows whether the run was cancelled or the worker stops, after which another one repeats the activity.
 */
export function withFailures<T extends object>(activities: T): T {
  return Object.fromEntries(
    Object.entries(activities).map(([name, activity]) => [
      name,
      async (...args: unknown[]): Promise<unknown> => {
        try {
          // Every member of a group of activities is a function.
          return await (activity as (...given: unknown[]) => unknown)(...args);
        } catch (error) {
          throw error instanceof CancelledFailure ? error : failureOf(error);
        }
      },
    ]),
  ) as T;
}
