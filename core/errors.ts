/**
 * Every error that a user can cause, with a stable code. docs/errors.md lists each with cause and remedy;
 * a unit test keeps the two equal.
 */
export const ERROR_CODES = [
  'AMALUR_INVALID_JOB',
  'AMALUR_INVALID_CONFIG',
  'AMALUR_UNKNOWN_FIELD',
  'AMALUR_WRONG_TYPE',
  'AMALUR_INVALID_NETWORK',
  'AMALUR_UNKNOWN_SILO',
  'AMALUR_UNKNOWN_TABLE',
  'AMALUR_UNKNOWN_COLUMN',
  'AMALUR_DUPLICATE_NAME',
  'AMALUR_LABEL_IN_FEATURES',
  'AMALUR_LABEL_ONE_CLASS',
  'AMALUR_LABEL_NOT_NUMERIC',
  'AMALUR_LABEL_OUT_OF_RANGE',
  'AMALUR_TOO_MANY_CLASSES',
  'AMALUR_NO_FEATURES',
  'AMALUR_EMPTY_JOIN',
  'AMALUR_EMPTY_TARGET',
  'AMALUR_TARGET_TOO_LARGE',
  'AMALUR_OVERLAP_CONFLICT',
  'AMALUR_NEGATIVE_VALUES',
  'AMALUR_KEY_TYPE_MISMATCH',
  'AMALUR_REPEATED_KEY',
  'AMALUR_SOURCE_MISSING',
  'AMALUR_SOURCE_UNREADABLE',
  'AMALUR_SOURCE_UNREACHABLE',
  'AMALUR_SOURCE_CHANGED',
  'AMALUR_SILO_UNAVAILABLE',
  'AMALUR_SILO_NEEDED',
  'AMALUR_OUTPUT_UNWRITABLE',
  'AMALUR_NO_PLAN',
  'AMALUR_NOT_EXPORTABLE',
  'AMALUR_NOT_SERVABLE',
  'AMALUR_NO_MATCH',
  'AMALUR_INVALID_REQUEST',
  'AMALUR_MODEL_FILE_UNKNOWN',
  'AMALUR_MODEL_FILE_NEWER',
  'AMALUR_MODEL_FILE_DAMAGED',
  'AMALUR_UNKNOWN_MODEL',
  'AMALUR_UNKNOWN_RUN',
  'AMALUR_NOT_STEERABLE',
  'AMALUR_NOT_RESUMABLE',
  'AMALUR_RUN_CANCELLED',
  'AMALUR_START_MISFIT',
  'AMALUR_DIVERGED',
  'AMALUR_TENSORFLOW_MISSING',
  'AMALUR_TOOL_MISSING',
  'AMALUR_SERVER_UNREACHABLE',
  'AMALUR_SERVER_REFUSED',
  'AMALUR_SERVER_UNPREPARED',
  'AMALUR_CODEC_KEY',
  'AMALUR_BLOB_CORRUPT',
  'AMALUR_BLOB_MISSING',
  'AMALUR_STORE_UNREACHABLE',
  'AMALUR_STORE_MISSING',
  'AMALUR_STORE_DENIED',
  'AMALUR_STORE_UNFIT',
  'AMALUR_DISK_FULL',
  'AMALUR_HOST_FAILED',
  'AMALUR_COMPUTE_LOST',
  'AMALUR_TIMED_OUT',
  'AMALUR_WRONG_USAGE',
  'AMALUR_INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorHints {
  /** Path of the offending field in the job or the configuration, e.g. `integration.joins[1].table`. */
  field?: string;
  /** What to write or do instead. */
  suggestion?: string;
}

/** An error that a person can mend. Messages name tables, columns and counts, never a value of a row. */
export class AmalurError extends Error {
  override readonly name = 'AmalurError';
  readonly field: string | undefined;
  readonly suggestion: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    hints: ErrorHints = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.field = hints.field;
    this.suggestion = hints.suggestion;
  }
}

/** The form in which an error crosses processes: IPC with compute children, details of an ApplicationFailure. */
export interface ErrorReport {
  code: ErrorCode;
  message: string;
  field?: string;
  suggestion?: string;
}

export function reportOf(error: AmalurError): ErrorReport {
  return {
    code: error.code,
    message: error.message,
    ...(error.field !== undefined && { field: error.field }),
    ...(error.suggestion !== undefined && { suggestion: error.suggestion }),
  };
}

export function errorFrom(report: ErrorReport): AmalurError {
  return new AmalurError(report.code, report.message, report);
}
