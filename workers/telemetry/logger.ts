import { DefaultLogger, type Logger } from '@temporalio/worker';
import { logLine, writeLine, type WorkerIdentity } from './log-line.js';
import type { LogSettings } from './log-settings.js';

/** The log of a worker process: everything that it, the SDK and the SDK's native part have to say, a line each on standard error. */
export function createLogger(
  identity: WorkerIdentity,
  { level, format }: LogSettings,
  write: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): Logger {
  return new DefaultLogger(level, ({ level: severity, message, meta, timestampNanos }) => {
    const time = new Date(Number(timestampNanos / 1_000_000n));
    write(writeLine(logLine(severity, message, meta, identity, time), format));
  });
}
