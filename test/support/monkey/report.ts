import Table from 'cli-table3';
import type { machine } from '../machine.js';
import { KINDS, type Kill, type Kind } from './monkey.js';

/** What became of a run that was disturbed. */
export interface DisturbedRun {
  readonly name: string;
  /** Id of its workflow. */
  readonly run: string;
  readonly outcome: 'as undisturbed' | 'differing hash' | 'lost';
  /** Activities that were taken up more than once. */
  readonly repeated: number;
  /** Times it was refused before it began, because a worker that it needs was just away. */
  readonly refused: number;
  /** Why it was lost. */
  readonly error?: string;
}

export interface MonkeyReport {
  readonly seed: number;
  readonly minutes: number;
  readonly runs: number;
  readonly kills: Readonly<Record<Kind, number>>;
  readonly stepsRecomputed: number;
  readonly refusedAtStart: number;
  readonly differingHashes: number;
  readonly runsLost: number;
  readonly secondsToRecover: Readonly<
    Record<
      Kind | 'all',
      { readonly measured: number; readonly p50: number | null; readonly p95: number | null }
    >
  >;
  /** What became of each run that did not end as it does undisturbed. */
  readonly errors: readonly string[];
}

/** What there is to read after all monkeys, without which the seconds mean little. */
export interface MonkeyReports {
  readonly machine: ReturnType<typeof machine>;
  readonly monkeys: readonly MonkeyReport[];
}

export function monkeyReport(
  { seed, minutes }: { readonly seed: number; readonly minutes: number },
  runs: readonly DisturbedRun[],
  kills: readonly Kill[],
): MonkeyReport {
  const of = (kind: Kind) => kills.filter((kill) => kill.kind === kind);
  const byKind = <T>(value: (kind: Kind) => T) =>
    Object.fromEntries(KINDS.map((kind) => [kind, value(kind)])) as Record<Kind, T>;
  return {
    seed,
    minutes: Math.round(minutes * 10) / 10,
    runs: runs.length,
    kills: byKind((kind) => of(kind).length),
    stepsRecomputed: runs.reduce((sum, { repeated }) => sum + repeated, 0),
    refusedAtStart: runs.reduce((sum, { refused }) => sum + refused, 0),
    differingHashes: runs.filter(({ outcome }) => outcome === 'differing hash').length,
    runsLost: runs.filter(({ outcome }) => outcome === 'lost').length,
    secondsToRecover: { ...byKind((kind) => quantiles(of(kind))), all: quantiles(kills) },
    errors: runs.flatMap(({ name, run, outcome, error }) =>
      outcome === 'as undisturbed' ? [] : [`${name} (${run}): ${error ?? outcome}`],
    ),
  };
}

function quantiles(kills: readonly Kill[]) {
  const seconds = kills.flatMap(({ recovery }) => recovery ?? []).sort((a, b) => a - b);
  const at = (share: number) => {
    const value = seconds[Math.min(seconds.length - 1, Math.floor(share * seconds.length))];
    return value === undefined ? null : Math.round(value * 10) / 10;
  };
  return { measured: seconds.length, p50: at(0.5), p95: at(0.95) };
}

/** The report as a table for people. */
export function tableOf(report: MonkeyReport): string {
  const shown = (value: number | null) => (value === null ? '–' : String(value));
  const kills = new Table({ head: ['killed', 'times', 'measured', 'p50 s', 'p95 s'], style: { head: [] } });
  for (const kind of [...KINDS, 'all'] as const) {
    const { measured, p50, p95 } = report.secondsToRecover[kind];
    const times =
      kind === 'all' ? Object.values(report.kills).reduce((a, b) => a + b, 0) : report.kills[kind];
    kills.push([kind, times, measured, shown(p50), shown(p95)]);
  }
  const { seed, minutes, runs, stepsRecomputed, refusedAtStart, differingHashes, runsLost } = report;
  return [
    `monkey of seed ${String(seed)}, ${String(minutes)} minutes: ${String(runs)} runs, ${String(stepsRecomputed)} steps recomputed, ` +
      `${String(differingHashes)} differing hashes, ${String(runsLost)} runs lost (${String(refusedAtStart)} starts refused while a worker was away)`,
    'Time to recover, from a kill to the next committed step where it struck:',
    kills.toString(),
    ...report.errors,
    '',
  ].join('\n');
}
