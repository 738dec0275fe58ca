import { AmalurError } from '../errors.js';
import type { TableDefinition } from './source.js';

/** DuckDB has no codes of the system in its errors, only the system's words. */
export const DISK_FULL = /No space left on device|Disk quota exceeded/;

/**
 * What is wrong with a source, from what DuckDB says. Its messages quote cells, lines and connection strings: none of
 * their text goes on, and neither does the error as a cause; only a line number and which of the known kinds it is.
 * Mistakes of this program (TypeError and the like) are not the source's and stay what they are.
 */
export function unreadable(error: unknown, definition: TableDefinition): Error {
  if (error instanceof AmalurError) return error;
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError)
    return error;
  const { name, location } = definition;
  const text = error instanceof Error ? error.message : '';
  const line = /^[^\n]*CSV Error on Line: (\d+)/.exec(text)?.[1];
  const unknown: Omit<Kind, 'pattern'> = {
    reason: `it is not a readable ${location.kind} source`,
    suggestion: `open it with another program that reads ${location.kind}`,
  };
  const holds = (one: Kind) => (one.of ?? location.kind) === location.kind && one.pattern.test(text);
  const kind = KINDS.find(holds) ?? unknown;
  const at = line === undefined ? '' : `line ${line}: `;
  const { code = 'AMALUR_SOURCE_UNREADABLE', reason, suggestion } = kind;
  return new AmalurError(code, `table ${name}: ${at}${reason}`, {
    ...(suggestion !== undefined && { suggestion }),
  });
}

interface Kind {
  readonly pattern: RegExp;
  /** The only kind of source that fails so; default: all. */
  readonly of?: TableDefinition['location']['kind'];
  readonly code?: 'AMALUR_SOURCE_MISSING' | 'AMALUR_SOURCE_UNREACHABLE' | 'AMALUR_DISK_FULL';
  readonly reason: string;
  readonly suggestion?: string;
}

/** The first whose pattern is found holds: what quotes cells comes first, so that a cell cannot pose as another kind. */
const KINDS: readonly Kind[] = [
  {
    pattern: /Expected Number of Columns/,
    reason: 'the row has not as many fields as the header',
    suggestion: 'mend the row, or quote fields that contain the delimiter',
  },
  {
    pattern: /unterminated quote|quoted value/i,
    reason: 'a quoted field does not end as it should',
    suggestion: 'double the quotes inside of a quoted field',
  },
  {
    pattern: /Invalid unicode|not utf-8/i,
    reason: 'the text is not UTF-8',
    suggestion: 'convert the file to UTF-8',
  },
  {
    pattern: /Maximum line size/i,
    reason: 'the line is too long',
    suggestion: 'look for a quote that is not closed',
  },
  {
    pattern: /^(Conversion|Out of Range|Invalid Input) Error/,
    reason: 'a cell cannot be converted',
    suggestion: 'check the computed columns of the table',
  },
  {
    pattern: /^Mismatch Type|type affinity/i,
    reason: 'a column holds values of another type than it declares',
    suggestion: 'store values of the declared type, or declare the column as text',
  },
  {
    pattern: /authentication failed|no password supplied|role .* does not exist|no pg_hba/i,
    reason: 'the PostgreSQL server refuses the login',
    suggestion: 'check user and password of its URL',
  },
  {
    pattern: /database .* does not exist/,
    code: 'AMALUR_SOURCE_MISSING',
    reason: 'there is no such database',
    suggestion: 'check the name of the database at the end of its URL',
  },
  {
    pattern: /Unable to connect|could not connect|Connection refused|could not translate host/i,
    of: 'postgres',
    code: 'AMALUR_SOURCE_UNREACHABLE',
    reason: 'the PostgreSQL server cannot be reached',
    suggestion: 'check host and port of its URL, and that the server runs',
  },
  {
    pattern:
      /server closed the connection|terminating connection|connection has been closed|connection reset by peer|connection timed out|no connection to the server|could not (receive|send) data/i,
    of: 'postgres',
    code: 'AMALUR_SOURCE_UNREACHABLE',
    reason: 'the PostgreSQL server has ended the connection',
    suggestion: 'see whether the server was restarted',
  },
  {
    pattern: DISK_FULL,
    code: 'AMALUR_DISK_FULL',
    reason: 'the disk has no room for what does not fit into memory',
    suggestion: 'make room in the folder of temporary files',
  },
  {
    pattern: /does not exist|no such table|No files found/i,
    code: 'AMALUR_SOURCE_MISSING',
    reason: 'there is no table of the name that the configuration gives',
    suggestion: 'check `table` in amalur.config',
  },
  {
    pattern: /permission denied/i,
    reason: 'reading it is not permitted',
    suggestion: 'grant the right to read it',
  },
  { pattern: /No magic bytes|Parquet/i, reason: 'it is not a whole Parquet file' },
  { pattern: /Out of Memory/i, reason: 'there is not enough memory to read it' },
];
