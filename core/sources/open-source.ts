import { AmalurError } from '../errors.js';
import { isPassing } from '../passing-codes.js';
import { hashFile, hashRows, type Content } from './content-hash.js';
import { profileTable } from './profile-table.js';
import type { TableProfile } from './profile.js';
import { readTable } from './read-table.js';
import type { SourceOptions } from './relation.js';
import { withSession, type Session } from './session.js';
import type { ReadRequest, TableData, TableDefinition, TableSource } from './source.js';

/** A table where it is: CSV, Parquet, SQLite or PostgreSQL, read through DuckDB. Nothing is opened before it is asked for. */
export function openSource(definition: TableDefinition, options: SourceOptions = {}): TableSource {
  return new DuckDbSource(definition, options);
}

class DuckDbSource implements TableSource {
  readonly #options: SourceOptions;

  constructor(
    readonly definition: TableDefinition,
    options: SourceOptions,
  ) {
    this.#options = options;
  }

  async profile(): Promise<TableProfile> {
    const profiled = this.#open(async (session) => {
      // Parquet is fast to scan again and may be large; other kinds are read once.
      const from = this.definition.location.kind === 'parquet' ? 'source' : await session.local();
      return profileTable(session, this.definition, await this.#content(session, from), from);
    });
    return profiled.catch((error: unknown) => {
      // Somebody who registers a table waits for the answer, and is told at once what to check.
      throw error instanceof AmalurError && isPassing(error.code) ? told(error) : error;
    });
  }

  async version(): Promise<string> {
    // A file need not be opened; where it cannot be read, opening it says why.
    const file = this.#file();
    const content =
      file === undefined ? undefined : await hashFile(file, this.definition).catch(() => undefined);
    return (content ?? (await this.#open((session) => this.#content(session, 'source')))).contentHash;
  }

  read(request: ReadRequest): Promise<TableData> {
    return this.#open((session) => readTable(session, this.definition.name, request));
  }

  #content(session: Session, from: string): Promise<Content> {
    const file = this.#file();
    return file === undefined ? hashRows(session, from) : hashFile(file, this.definition);
  }

  /** The file that holds this table and nothing else. */
  #file(): string | undefined {
    const { location } = this.definition;
    return location.kind === 'csv' || location.kind === 'parquet' ? location.path : undefined;
  }

  async #open<T>(action: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await withSession(this.definition, this.#options, action);
    } catch (error) {
      throw error instanceof AmalurError ? this.#located(error) : error;
    }
  }

  #located(error: AmalurError): AmalurError {
    const { field } = this.#options;
    return field === undefined ? error : below(field, error);
  }
}

function told({ message, field, suggestion }: AmalurError): AmalurError {
  return new AmalurError('AMALUR_SOURCE_UNREADABLE', message, {
    ...(field !== undefined && { field }),
    ...(suggestion !== undefined && { suggestion }),
  });
}

/** The same error, with the path to its field. */
function below(path: string, { code, message, field, suggestion }: AmalurError): AmalurError {
  return new AmalurError(code, message, {
    field: field === undefined ? path : `${path}.${field}`,
    ...(suggestion !== undefined && { suggestion }),
  });
}

/**
 * Reads a table that still has the content that a run was planned for. Files are looked at again when they are read, which costs no second
 * reading where nothing has touched them: half of one version and half of another would be a table that nobody ever had.
 * @throws AMALUR_SOURCE_CHANGED
 */
export async function readVersion(
  source: TableSource,
  expected: string,
  request: ReadRequest,
): Promise<TableData> {
  await requireVersion(source, expected);
  const read = source.read(request);
  // That it has changed is also why it could not be read.
  await read.catch(() => undefined);
  const { kind } = source.definition.location;
  if (kind === 'csv' || kind === 'parquet') await requireVersion(source, expected);
  return read;
}

/** Throws AMALUR_SOURCE_CHANGED unless the table still has the content that a run was planned for. */
async function requireVersion(source: TableSource, expected: string): Promise<void> {
  if ((await source.version()) === expected) return;
  throw new AmalurError(
    'AMALUR_SOURCE_CHANGED',
    `table ${source.definition.name} has changed since it was registered`,
    {
      suggestion: 'register its silo again, then start a new run',
    },
  );
}
