import { AmalurError } from '../../core/errors.js';
import { logLine, writeLine, type LogFormat, type WorkerIdentity } from './log-line.js';
import { logSettings } from './log-settings.js';

/** Writes why a worker does not go on, as the last line of its log: it may be the log itself that could not be set up. */
export function reportEnd(identity: WorkerIdentity, error: unknown): void {
  const thrown = error instanceof Error ? error : new Error('the worker failed');
  const known = thrown instanceof AmalurError ? thrown : undefined;
  const facts = known ? { code: known.code, suggestion: known.suggestion } : { error: thrown };
  const line = logLine('ERROR', thrown.message, facts, identity, new Date());
  process.stderr.write(`${writeLine(line, formatNow())}\n`);
}

function formatNow(): LogFormat {
  try {
    return logSettings().format;
  } catch {
    return 'text';
  }
}
