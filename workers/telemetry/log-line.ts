import type { LogLevel, LogMetadata } from '@temporalio/common';

/** Which process writes: stands in every line and on every metric. */
export interface WorkerIdentity {
  readonly role: 'control' | 'aggregator' | 'silo' | 'codec-server' | 'serve';
  readonly silo?: string;
}

export type LogFormat = 'json' | 'text';

/** One line of a log, as its JSON has it. */
export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly role: string;
  readonly silo?: string;
}

/**
 * What may stand in a line beside the message, and what it is called there: names, ids, counts and times. All else that a library
 * hands to the logger (inputs, tokens, requests) is dropped, because it might hold a value of a row.
 */
const FIELDS: Readonly<Record<string, string>> = {
  workflowId: 'run',
  workflowRunId: 'execution',
  runId: 'execution',
  // Of Amalur itself: that of the first execution also where the run has continued as new.
  execution: 'execution',
  workflowType: 'workflow',
  activityType: 'activity',
  attempt: 'attempt',
  taskQueue: 'queue',
  namespace: 'namespace',
  sdkComponent: 'component',
  state: 'state',
  phase: 'phase',
  strategy: 'strategy',
  round: 'round',
  outcome: 'outcome',
  code: 'code',
  suggestion: 'suggestion',
  join: 'join',
  compute: 'compute',
  transfer: 'transfer',
  bytesOut: 'bytesOut',
  waited: 'waited',
  address: 'address',
  durationMs: 'durationMs',
};

export function logLine(
  level: LogLevel,
  message: string,
  meta: LogMetadata | undefined,
  { role, silo }: WorkerIdentity,
  time: Date,
): LogLine {
  const facts: Record<string, unknown> = {};
  for (const [key, name] of Object.entries(FIELDS)) {
    const value: unknown = meta?.[key];
    if (['string', 'number', 'boolean'].includes(typeof value)) facts[name] = value;
  }
  const error: unknown = meta?.['error'];
  return {
    time: time.toISOString(),
    level: level.toLowerCase(),
    message,
    role,
    ...(silo !== undefined && { silo }),
    ...facts,
    // Those of workflows come from another context of JavaScript, whose classes are others.
    ...(isError(error) && { error: describeError(error) }),
  };
}

function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}

/** A code says enough of what a person can mend; a defect is told with its stack. Causes are left out: drivers quote data in theirs. */
function describeError(error: Error): object {
  const { type, code } = error as { readonly type?: unknown; readonly code?: unknown };
  const kind = typeof type === 'string' ? type : typeof code === 'string' ? code : error.name;
  const known = kind.startsWith('AMALUR_') && kind !== 'AMALUR_INTERNAL';
  return { type: kind, message: error.message, ...(!known && { stack: error.stack }) };
}

export function writeLine(line: LogLine, format: LogFormat): string {
  return format === 'json' ? JSON.stringify(line) : textOf(line);
}

/** `2026-01-31T12:00:00.000Z INFO  silo shop: message  run=… round=3` */
function textOf({ time, level, message, role, silo, error, ...facts }: LogLine): string {
  const who = silo === undefined ? role : `${role} ${silo}`;
  const rest = Object.entries(facts).map(([name, value]) => ` ${name}=${String(value)}`);
  const { type, message: what, stack } = (error ?? {}) as Readonly<Record<string, string | undefined>>;
  const wrong = error === undefined ? '' : `\n  ${stack ?? `${type ?? 'Error'}: ${what ?? ''}`}`;
  return `${time} ${level.toUpperCase().padEnd(5)} ${who}: ${message}${rest.length > 0 ? ' ' : ''}${rest.join('')}${wrong}`;
}

/** A line of a log for a person: that of a worker as text, any other as it is. */
export function readableLine(line: string): string {
  try {
    const read = JSON.parse(line) as Partial<LogLine> | null;
    if (typeof read?.message !== 'string' || typeof read.time !== 'string') return line;
    return textOf(read as LogLine);
  } catch {
    return line;
  }
}
