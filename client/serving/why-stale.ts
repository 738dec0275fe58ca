import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { AmalurError, reportOf, type ErrorReport } from '../../core/errors.js';
import { isUnreachable } from '../../core/passing-codes.js';

/** Why what is served could not be renewed. The message of a defect may quote what was read, and stands in the log alone. */
export function whyStale(error: unknown): ErrorReport {
  if (error instanceof AmalurError) return reportOf(error);
  if (isConnectionError(error))
    return { code: 'AMALUR_SERVER_UNREACHABLE', message: 'the Temporal server does not answer' };
  return { code: 'AMALUR_INTERNAL', message: 'an unexpected error, which the log of the server tells' };
}

/** The same for a line of the log. */
export function toldInLog(error: unknown): string {
  const { code, message, suggestion } = whyStale(error);
  if (code === 'AMALUR_INTERNAL' && error instanceof Error) return error.stack ?? error.message;
  return suggestion === undefined ? message : `${message}; ${suggestion}`;
}

function isConnectionError(error: unknown): boolean {
  if (error instanceof ServiceError || isGrpcServiceError(error)) return true;
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && isUnreachable(code);
}
