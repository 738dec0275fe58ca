import { AmalurError } from '../errors.js';
import type { TableDefinition } from './source.js';

/**
 * What is wrong with a source, from what DuckDB says. Its messages quote cells, lines and connection strings: none of
 * their text goes on, and neither does the error as a cause; only a line number and which of the known kinds it is.
 */
export function unreadable(error: unknown, definition: TableDefinition): AmalurError {
  if (error instanceof AmalurError) return error;
  const { name, location } = definition;
  const text = error instanceof Error ? error.message : '';
  if (/does not exist|no such table|No files found/i.test(text)) {
    const what = location.kind === 'sqlite' || location.kind === 'postgres' ? ` (${location.table})` : '';
    return new AmalurError(
      'AMALUR_SOURCE_MISSING',
      `table ${name}: there is no such table${what} at its ${location.kind} source`,
    );
  }
  const line = /^[^\n]*CSV Error on Line: (\d+)/.exec(text)?.[1];
  const [reason, suggestion] = REASONS.find(([pattern]) => pattern.test(text))?.slice(1) ?? [
    `it is not a readable ${location.kind} source`,
    `open it with another program that reads ${location.kind}`,
  ];
  const at = line === undefined ? '' : `line ${line}: `;
  return new AmalurError('AMALUR_SOURCE_UNREADABLE', `table ${name}: ${at}${String(reason)}`, {
    ...(suggestion !== undefined && { suggestion: String(suggestion) }),
  });
}

const REASONS: readonly (readonly [RegExp, string, string?])[] = [
  [
    /Expected Number of Columns/,
    'the row has not as many fields as the header',
    'mend the row, or quote fields that contain the delimiter',
  ],
  [
    /unterminated quote|quoted value/i,
    'a quoted field does not end as it should',
    'double the quotes inside of a quoted field',
  ],
  [/Invalid unicode|not utf-8/i, 'the text is not UTF-8', 'convert the file to UTF-8'],
  [/Maximum line size/i, 'the line is too long', 'look for a quote that is not closed'],
  [
    /Unable to connect|could not connect|Connection refused|could not translate host/i,
    'the PostgreSQL server cannot be reached',
    'check host and port of its URL, and that the server runs',
  ],
  [
    /password authentication|authentication failed|role .* does not|no pg_hba/i,
    'the PostgreSQL server refuses the login',
    'check user and password of its URL',
  ],
  [/permission denied/i, 'reading it is not permitted', 'grant the right to read it'],
  [
    /Mismatch Type|type affinity/i,
    'a column holds values of another type than it declares',
    'store values of the declared type, or declare the column as text',
  ],
  [/No magic bytes|Parquet/i, 'it is not a whole Parquet file'],
  [/Out of Memory/i, 'there is not enough memory to read it'],
  [
    /Conversion Error|Out of Range|Invalid Input/i,
    'a cell cannot be converted',
    'check the computed columns of the table',
  ],
];
