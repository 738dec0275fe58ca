import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { AmalurError, ERROR_CODES, type ErrorCode, type ErrorReport } from '../core/errors.js';
import { RunCancelled } from './run-cancelled.js';

/**
 * What a failed workflow means to its caller: an AmalurError for what a person can mend, wherever in the chain of causes it stands,
 * RunCancelled, or an Error with the message of the innermost cause.
 */
export function failureOf(error: unknown, run: string): unknown {
  if (!(error instanceof WorkflowFailedError)) return error;
  const chain = causesOf(error);
  for (const cause of chain) {
    if (cause instanceof ApplicationFailure && isErrorCode(cause.type))
      return errorOf(cause, cause.type, error);
  }
  if (chain.some((cause) => cause instanceof CancelledFailure)) return new RunCancelled(run, 'cancelled');
  if (chain.some((cause) => cause instanceof TerminatedFailure)) return new RunCancelled(run, 'terminated');
  const innermost = chain.at(-1) ?? error;
  return new Error(`run ${run} failed: ${innermost.message}`, { cause: error });
}

/** The workflow did not end within the time it was given: nobody took it up. */
export function isTimeout(error: unknown): boolean {
  return error instanceof WorkflowFailedError && error.cause instanceof TimeoutFailure;
}

/** The coded error that a failure carries, if it carries one. */
export function amalurErrorOf(failure: ApplicationFailure, whole: Error): AmalurError | undefined {
  return isErrorCode(failure.type) ? errorOf(failure, failure.type, whole) : undefined;
}

function errorOf(failure: ApplicationFailure, code: ErrorCode, whole: Error): AmalurError {
  const { message, field, suggestion } = (failure.details?.[0] ?? {}) as Partial<ErrorReport>;
  return new AmalurError(
    code,
    message ?? failure.message,
    { ...(field !== undefined && { field }), ...(suggestion !== undefined && { suggestion }) },
    { cause: whole },
  );
}

function isErrorCode(type: string | undefined | null): type is ErrorCode {
  return (ERROR_CODES as readonly (string | undefined | null)[]).includes(type);
}

function causesOf(error: Error): Error[] {
  const causes: Error[] = [];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) causes.push(cause);
  return causes;
}
