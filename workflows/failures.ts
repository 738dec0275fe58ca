import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  getCurrentDetails,
  isCancellation,
  setCurrentDetails,
  TimeoutFailure,
} from '@temporalio/workflow';
import { AmalurError, reportOf, type ErrorReport } from '../core/errors.js';
import { failureDetails } from './run-details.js';

/** A failed run says what its cause says: code, field and suggestion stand at the top, not below "activity failed" or "child workflow failed". */
export function failureToThrow(error: unknown): unknown {
  if (isCancellation(error) || error instanceof CancelledFailure) return error;
  const wrapped = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;
  const cause = wrapped ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const { message, type, details } = cause;
    return ApplicationFailure.create({
      message,
      nonRetryable: true,
      ...(type !== undefined && type !== null && { type }),
      ...(details && { details }),
    });
  }
  if (error instanceof ActivityFailure && cause instanceof TimeoutFailure)
    return timeoutFailure(error, cause);
  return ApplicationFailure.fromError(error, { nonRetryable: true });
}

/** How a failed workflow ends: also its details, where a person looks, say what is to be mended. */
export function endOf(error: unknown): unknown {
  const failure = failureToThrow(error);
  const report = reportOfFailure(failure);
  // Where in the program it was found out helps nobody who is to mend a job, and stands in front of what does.
  if (failure instanceof ApplicationFailure && report?.code !== 'AMALUR_INTERNAL') failure.stack = '';
  if (report) {
    const before = getCurrentDetails();
    setCurrentDetails([failureDetails(report), ...(before ? ['Until then:', before] : [])].join('\n\n'));
  }
  return failure;
}

/** The report that a failure carries, for the catalog. */
export function reportOfFailure(failure: unknown): ErrorReport | null {
  if (!(failure instanceof ApplicationFailure)) return null;
  // Written by failureOf (activities) or coded (below): the first detail of a coded failure is its report.
  const [report] = (failure.details ?? []) as [ErrorReport?];
  return report ?? { code: 'AMALUR_INTERNAL', message: failure.message };
}

/** An error of the workflow itself, with its code. */
export function coded(error: AmalurError): ApplicationFailure {
  return ApplicationFailure.create({
    message: error.message,
    type: error.code,
    nonRetryable: true,
    details: [reportOf(error)],
  });
}

function timeoutFailure(
  { activityType }: ActivityFailure,
  { timeoutType, cause }: TimeoutFailure,
): ApplicationFailure {
  const last = reportOfFailure(cause);
  // It was tried again and again: why it failed the last time says more than that the time is over.
  if (last) {
    const { code, message, suggestion } = last;
    return coded(
      new AmalurError(code, `${activityType} did not succeed in time: ${message}`, {
        ...(suggestion !== undefined && { suggestion }),
      }),
    );
  }
  const untaken = timeoutType === 'SCHEDULE_TO_START';
  if (untaken || timeoutType === 'HEARTBEAT') {
    const message = untaken
      ? 'a site has no worker that takes its tasks'
      : `the worker of a site went in the middle of ${activityType}, again and again`;
    return coded(
      new AmalurError('AMALUR_SILO_UNAVAILABLE', message, {
        suggestion: 'start the worker of that site (amalur worker silo --silo NAME), or see amalur doctor',
      }),
    );
  }
  return coded(
    new AmalurError('AMALUR_TIMED_OUT', `${activityType} did not end in time`, {
      suggestion:
        "see that the catalog's database answers and that no site is overloaded, then start the run again",
    }),
  );
}
