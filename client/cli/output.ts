import Table from 'cli-table3';
import { AmalurError, reportOf, type ErrorReport } from '../../core/errors.js';

// Results go to standard output, everything else (progress, advice, errors) to standard error.

export function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function tell(text = ''): void {
  process.stderr.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

export interface Column {
  readonly head: string;
  readonly align?: 'left' | 'right';
}

/** A table as text: a head, a line, rows; no frame, so that it can be copied and grepped. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const drawn = new Table({
    head: columns.map(({ head }) => visible(head)),
    colAligns: columns.map(({ align = 'left' }) => align),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    chars: FRAMELESS,
  });
  drawn.push(...rows.map((row) => row.map(visible)));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** With control characters written out: a name that comes from data moves no cursor and breaks no line. */
function visible(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const FRAMELESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '─',
  'mid-mid': '─',
  right: '',
  'right-mid': '',
  middle: '',
};

/** Facts with their names, one a line. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

/** Says an error as a person can use it: what, where, what to do; with AMALUR_DEBUG also the stack. */
export function tellError(error: unknown, asJson = false): void {
  if (asJson) tell(JSON.stringify({ error: reportFor(error) }));
  else for (const line of errorLines(error)) tell(line);
  if (process.env['AMALUR_DEBUG']) tell(stackOf(error));
}

/** What cannot be mended has no code of its own. */
function reportFor(error: unknown): ErrorReport {
  if (error instanceof AmalurError) return reportOf(error);
  return { code: 'AMALUR_INTERNAL', message: error instanceof Error ? error.message : String(error) };
}

export function errorLines(error: unknown): string[] {
  if (!(error instanceof AmalurError)) {
    return [
      `error: ${error instanceof Error ? error.message : String(error)}`,
      '  (AMALUR_DEBUG=1 shows where)',
    ];
  }
  return [
    `error: ${error.message}`,
    `  code        ${error.code}   (explained in docs/errors.md)`,
    ...(error.field === undefined ? [] : [`  field       ${error.field}`]),
    ...(error.suggestion === undefined ? [] : [`  suggestion  ${error.suggestion}`]),
  ];
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
