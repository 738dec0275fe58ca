import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { AmalurError, reportOf, type ErrorCode } from '../core/errors.js';
import { isPassing, passingCode } from '../core/passing-codes.js';

/** The process that was computing is gone: nothing is wrong with the job, the step can be made again. */
export class ComputeLostError extends Error {
  override readonly name = 'ComputeLostError';
}

/**
 * How an error leaves an activity, always with a report. What a user can mend ends the run at once with its code; what the machine
 * did (a lost process, a full disk) is tried again; anything else is a defect of ours, and repeating it would only hide it.
 */
export function failureOf(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const report = reportOf(codedError(error));
  return ApplicationFailure.create({
    message: report.message,
    type: report.code,
    nonRetryable: !isPassing(report.code),
    details: [report],
  });
}

function codedError(error: unknown): AmalurError {
  if (error instanceof AmalurError) return error;
  const message = error instanceof Error ? error.message : 'unknown error';
  const system = (error as NodeJS.ErrnoException | null)?.code;
  const code =
    error instanceof ComputeLostError
      ? 'AMALUR_COMPUTE_LOST'
      : ((typeof system === 'string' ? passingCode(system) : undefined) ?? 'AMALUR_INTERNAL');
  return new AmalurError(code, message, { suggestion: SUGGESTIONS[code] ?? REPORT_IT });
}

const REPORT_IT = 'this is a defect: please report it with the log of the worker';

/** What to do where it was tried again and again. */
const SUGGESTIONS: Partial<Record<ErrorCode, string>> = {
  AMALUR_SERVER_UNREACHABLE: "see that the catalog's database answers, then start the run again",
  AMALUR_DISK_FULL:
    'make room on the disk of the site and in its folder of temporary files, then start the run again',
  AMALUR_HOST_FAILED:
    'see that the disks of the site work and that its worker may use its folders; its log says more',
  AMALUR_COMPUTE_LOST:
    'see whether the host of the site has too little memory for its tables (the log of the system says if a process was ended for that)',
};

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
