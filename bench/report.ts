import Table from 'cli-table3';
import { execFileSync } from 'node:child_process';
import { machine as thisMachine } from '../test/support/machine.js';
import type { Times } from './measure.js';

/** What times depend on, to be read beside them. */
export function machine(): Record<string, string | number> {
  return {
    ...thisMachine(),
    compiler: firstLine(process.env['CC'] ?? 'cc', ['--version']),
    threads: 1,
  };
}

function firstLine(command: string, args: string[]): string {
  try {
    return (
      execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0] ??
      ''
    );
  } catch {
    return 'none';
  }
}

export const milliseconds = (times: Times | null): string =>
  times === null ? '–' : `${number(times.median)} (${number(times.min)}–${number(times.max)})`;

/** How many times as long as `base` in the best runs of both: what disturbs a measurement only lengthens it. */
export const ratio = (times: Times | null, base: Times | null): string =>
  times === null || base === null ? '–' : (times.min / base.min).toFixed(2);

const number = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, at) => (at === 0 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}
