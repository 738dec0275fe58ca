import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { AmalurError, type ErrorCode } from '../core/errors.js';

interface Reason {
  readonly code: ErrorCode;
  /** Goes on from "The catalog cannot be opened: ". */
  readonly because: string;
  readonly suggestion: string;
}

const REASONS: Readonly<Record<string, Reason>> = {
  // PostgreSQL, by the kinds of Prisma's adapters.
  DatabaseNotReachable: {
    code: 'AMALUR_SERVER_UNREACHABLE',
    because: 'no PostgreSQL server answers at its URL.',
    suggestion: 'Start the server, or correct host and port.',
  },
  AuthenticationFailed: invalid(
    'PostgreSQL refuses the user or the password.',
    'Correct user and password in the URL.',
  ),
  DatabaseAccessDenied: invalid('the user may not use the database.', 'Grant the user access to it.'),
  DatabaseDoesNotExist: invalid(
    'the PostgreSQL database does not exist.',
    'Create it, empty; tables are made by Amalur.',
  ),
  ERR_INVALID_URL: invalid('its URL is malformed.', 'Write postgresql://user:password@host:port/database.'),
  // SQLite and files, by the codes of libsql and Node.
  SQLITE_NOTADB: invalid('the file is no SQLite database.', 'Name another file, or move that one away.'),
  SQLITE_CANTOPEN: invalid(
    'the file cannot be opened.',
    'See that it is a file and may be read and written.',
  ),
  SQLITE_READONLY: invalid('the file may not be written.', 'Let the user who runs Amalur write it.'),
  EACCES: invalid(
    'its folder may not be written.',
    'Let the user who runs Amalur write it, or name another.',
  ),
  ENOTDIR: invalid('its folder is a file.', 'Name another folder.'),
  EEXIST: invalid('its folder is a file.', 'Name another folder.'),
};

function invalid(because: string, suggestion: string): Reason {
  return { code: 'AMALUR_INVALID_CONFIG', because, suggestion };
}

/** The error that tells a person what to mend, if it is one that a person can. It does not repeat the URL, which may hold a password. */
export function whyNotOpened(error: unknown): AmalurError | undefined {
  const reason = REASONS[kindOf(error)];
  if (!reason) return undefined;
  const hints = { field: 'catalog', suggestion: reason.suggestion };
  return new AmalurError(reason.code, `The catalog cannot be opened: ${reason.because}`, hints, {
    cause: error,
  });
}

function kindOf(error: unknown): string {
  if (error instanceof DriverAdapterError) return error.cause.kind;
  if (!(error instanceof Error)) return '';
  // libsql gives no code when it cannot open a file.
  if (error.message.startsWith('ConnectionFailed')) return 'SQLITE_CANTOPEN';
  return 'code' in error ? String(error.code) : '';
}
