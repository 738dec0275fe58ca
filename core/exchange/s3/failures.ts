import { AmalurError } from '../../errors.js';
import type { S3Location } from './location.js';

/** What the SDK and its HTTP client tell of a failure, as far as it is read here. */
interface SdkError {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const NO_CREDENTIALS = /^(CredentialsProviderError|TokenProviderError)$/;
const DENIED =
  /^(AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|AccountProblem|AllAccessDisabled|RequestTimeTooSkewed)$/;
const OVERLOADED =
  /^(SlowDown|Throttling\w*|TooManyRequests\w*|RequestTimeout|InternalError|ServiceUnavailable)$/;

/** Somebody else has changed or completed it meanwhile: whoever tries again sees how it is now. */
const CHANGED = /^(NoSuchUpload|OperationAborted|ConditionalRequestConflict|PreconditionFailed)$/;
/** What a server answers that has no such operation, or ignores a condition that it does not know. */
const NOT_IMPLEMENTED = 501;

export function statusOf(error: unknown): number | undefined {
  return (error as Partial<SdkError>).$metadata?.httpStatusCode;
}

/** An object that is not there; a bucket that is not there is something else. */
export function isAbsent(error: unknown): boolean {
  const { name } = error as SdkError;
  return name === 'NoSuchKey' || name === 'NotFound' || (statusOf(error) === 404 && name !== 'NoSuchBucket');
}

/** The condition of a conditional write was not met: somebody else's object is there. */
export function isTaken(error: unknown): boolean {
  return (error as SdkError).name === 'PreconditionFailed' || statusOf(error) === 412;
}

/** Somebody else is writing the same object at this moment: nothing was written, and it can be tried at once. */
export function isContended(error: unknown): boolean {
  return (error as SdkError).name === 'ConditionalRequestConflict' || statusOf(error) === 409;
}

/** What went wrong with a server of objects, under a code. Messages of servers are not passed on: they may quote keys. */
export function storeFailure(cause: unknown, { bucket, prefix }: S3Location): Error {
  if (cause instanceof AmalurError) return cause;
  const { name, code } = cause as SdkError;
  const status = statusOf(cause);
  const store = `s3://${bucket}/${prefix}`;
  const said = status === undefined ? (code ?? name) : `${name}, status ${status}`;
  const options = { cause };
  if (name === 'NoSuchBucket' || status === 301) {
    return new AmalurError(
      'AMALUR_STORE_MISSING',
      `there is no bucket ${bucket} at this server (${said})`,
      { suggestion: 'make the bucket, or mend its name, s3.endpoint or s3.region in the configuration' },
      options,
    );
  }
  if (NO_CREDENTIALS.test(name) || DENIED.test(name) || status === 401 || status === 403) {
    return new AmalurError(
      'AMALUR_STORE_DENIED',
      `the server of ${store} refuses access (${said})`,
      {
        suggestion:
          'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY where this process starts; the user must be allowed to list, read, write and delete there',
      },
      options,
    );
  }
  // Without an answer that has a status the server was not reached, or its answer broke off.
  const busy = status === undefined || status >= 500 || status === 429 || OVERLOADED.test(name);
  if ((busy && status !== NOT_IMPLEMENTED) || CHANGED.test(name)) {
    return new AmalurError(
      'AMALUR_STORE_UNREACHABLE',
      `the server of ${store} cannot be reached, is overloaded, or was busy with the same object (${said})`,
      { suggestion: 'look whether the server runs, and at s3.endpoint and s3.region in the configuration' },
      options,
    );
  }
  return new AmalurError(
    'AMALUR_STORE_UNFIT',
    `the server of ${store} does not do what S3 does (${said})`,
    { suggestion: 'use a server, or a version of it, that has conditional writes, ranges and checksums' },
    options,
  );
}
