import type { ErrorReport } from '../core/errors.js';
import { formatBytes } from '../core/planner/format.js';
import { measureLabel } from '../core/validation/measure-label.js';
import type { RunProgress, SiloProgress, TrialProgress } from './contracts/results.js';
import { markdownFacts, markdownTable, plain } from './markdown.js';

/** What the UI shows of a run that has failed, above what it showed before. */
export function failureDetails({ code, message, field, suggestion }: ErrorReport): string {
  return [
    `**failed: ${plain(code)}**`,
    markdownFacts([
      ['what', message],
      ['field', field],
      ['mend it', suggestion],
    ]),
  ].join('\n\n');
}

const ASKED = {
  pause: 'to pause, until it is sent the update resume',
  stop: 'to stop after the round under way',
} as const;

/** What the UI shows of a run while it goes on, and how it has ended: Markdown. */
export function runDetails(progress: RunProgress): string {
  const { subject, phase, validation, asked, facts = {}, absent = [], skipped = [], silos } = progress;
  const subjects = subject === undefined ? [] : [subject];
  return [
    `**${plain([...subjects, standing(progress)].join(': '))}**`,
    markdownFacts([
      ['asked', asked ? ASKED[asked] : undefined],
      ['told', told(progress)],
      ['trial', validation && phase === 'cross-validating' ? trialOf(validation) : undefined],
      ...absent.map(
        ({ site, since }) => ['waits for', `a worker of ${site}, since ${timeOf(since)}`] as const,
      ),
      ...skipped.map(
        ({ silo, since }) => ['goes on without', `${silo}, lost since ${timeOf(since)}`] as const,
      ),
      ...trainingFacts(progress),
      ...Object.entries(facts),
    ]),
    ...(silos.length > 0 ? [siloTable(progress)] : []),
    markdownFacts(planFacts(progress)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** `training, round 12 of at most 100` */
function standing({ phase, round, maxRounds }: RunProgress): string {
  return round > 0 ? `${phase}, round ${round} of at most ${maxRounds}` : phase;
}

type Facts = (readonly [string, string | undefined])[];

function planFacts({ strategy, site, why }: RunProgress): Facts {
  if (strategy === null) return [];
  return [
    ['plan', `${strategy}, meeting at ${site ?? '?'}`],
    ['why', why],
  ];
}

function trainingFacts({ loss, begun, gradientNorm, tolerance }: RunProgress): Facts {
  const from = begun && `; ${begun.loss.toPrecision(6)} in round ${begun.round}`;
  const until = tolerance === null ? '' : `; stops at ${tolerance}`;
  return [
    ['loss', loss === null ? undefined : `${loss.toPrecision(6)}${from ?? ''}`],
    ['gradient norm', gradientNorm === null ? undefined : `${gradientNorm.toExponential(2)}${until}`],
  ];
}

/** What holds instead of what the job says. */
function told({ told: given = {} }: RunProgress): string | undefined {
  const { tolerance, maxRounds } = given;
  const all = [
    ...(tolerance === undefined ? [] : [`tolerance ${tolerance}`]),
    ...(maxRounds === undefined ? [] : [`at most ${maxRounds} rounds`]),
  ];
  return all.length > 0 ? all.join(', ') : undefined;
}

function trialOf({ trial, trials, fold, folds, measure, best }: TrialProgress): string {
  const known = best === null ? '' : `; best ${measureLabel(measure)} ${best.toPrecision(6)}`;
  return `${trial} of ${trials}, fold ${fold} of ${folds}${known}`;
}

/** A row for each silo. Of rows and repetitions is told where there are any. */
function siloTable({ silos, absent = [] }: RunProgress): string {
  const away = new Set<string>(absent.map(({ site }) => site));
  const columns: readonly Column[] = [
    ['silo', ({ silo }) => silo],
    ...(silos.some(({ rows }) => rows !== undefined) ? [ROWS] : []),
    ['state', ({ silo, state }) => (away.has(`silo.${silo}`) ? `no worker (was: ${state})` : state)],
    ['seconds', ({ seconds }) => seconds.toFixed(1)],
    ['bytes out', ({ bytesOut }) => formatBytes(bytesOut)],
    ...(silos.some(({ repeats = 0 }) => repeats > 0) ? [REPEATED] : []),
  ];
  return markdownTable(
    columns.map(([head]) => head),
    silos.map((silo) => columns.map(([, cell]) => cell(silo))),
  );
}

type Column = readonly [head: string, cell: (silo: SiloProgress) => string];

const ROWS: Column = ['rows', ({ rows }) => rows?.toLocaleString('en-US') ?? '–'];
const REPEATED: Column = ['repeated', ({ repeats = 0 }) => String(repeats)];

/** `2026-01-31 12:00:05 UTC` */
function timeOf(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
