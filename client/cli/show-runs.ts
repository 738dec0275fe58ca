import asciichart from 'asciichart';
import type { RunRecord } from '../../catalog/catalog.js';
import type { RunSummary } from '../../workflows/contracts/activities.js';
import {
  formatBytes,
  formatCount,
  formatSeconds,
  formatShare,
  formatSkipped,
  formatTime,
  measuresOf,
  NONE,
} from './format.js';
import { errorLines, facts, table } from './output.js';
import { intervalOf, showEvaluation } from './show-evaluation.js';
import { showLeftOut } from './show-left-out.js';
import { showCandidates } from './show-plan.js';
import { errorFrom } from '../../core/errors.js';

/** Runs, a line each, newest first. */
export function showRuns(runs: readonly RunSummary[]): string {
  return table(
    [
      { head: 'run' },
      { head: 'kind' },
      { head: 'status' },
      { head: 'model' },
      { head: 'strategy' },
      { head: 'rounds', align: 'right' },
      { head: 'time', align: 'right' },
      { head: 'started' },
    ],
    runs.map(({ run, kind, status, model, job, strategy, rounds, seconds, startedAt, error, phase }) => [
      run,
      kind,
      error === null ? (phase === 'paused' ? phase : status) : `${status}: ${error.code}`,
      model ?? job ?? NONE,
      strategy ?? NONE,
      rounds === null || kind !== 'training' ? NONE : formatCount(rounds),
      seconds === null ? NONE : formatSeconds(seconds),
      formatTime(startedAt),
    ]),
  );
}

/**
 * All that the catalog knows of a run.
 * @param classes names of the model's classes, which the catalog does not know
 */
export function showRun(run: RunRecord, classes?: readonly string[]): string {
  return [
    general(run),
    ...(run.error === null ? [] : ['', ...errorLines(errorFrom(run.error))]),
    ...metricsOf(run),
    ...evaluationOf(run, classes),
    ...timesOf(run),
    ...bytesOf(run),
    ...curveOf(run),
    ...(run.plan === null ? [] : ['', run.plan.explanation, '', showCandidates(run.plan)]),
  ].join('\n');
}

function general(run: RunRecord): string {
  const { facts: known } = run;
  return facts([
    ['run', run.run],
    ['execution', run.execution],
    ['kind', run.kind],
    ['status', run.status],
    ['started', formatTime(run.startedAt)],
    ...(run.finishedAt === null ? [] : ([['finished', formatTime(run.finishedAt)]] as const)),
    ['job', run.job === null ? NONE : `${run.job.name}, hash ${run.jobHash ?? NONE}`],
    ['plan', run.plan?.chosen ?? NONE],
    ...(known === null || run.kind === 'inference'
      ? []
      : ([['rounds', `${formatCount(known.rounds)} (${known.stopReason ?? NONE})`]] as const)),
    ...(run.resumedFrom === null ? [] : ([['goes on from', run.resumedFrom]] as const)),
    ['model', run.model ?? NONE],
    ...(known?.skipped ? [['trained without', formatSkipped(known.skipped)] as const] : []),
  ]);
}

function metricsOf({ facts: known }: RunRecord): string[] {
  if (!known?.metrics) return [];
  const { train, test } = known.metrics;
  const tests = measuresOf(test);
  const intervals = known.evaluation?.intervals;
  const rows = measuresOf(train).map(([name, value], position) => [
    name,
    value,
    tests[position]?.[1] ?? NONE,
    ...(intervals ? [intervalOf(known.evaluation, name)] : []),
  ]);
  const columns = [
    { head: 'metric' },
    { head: 'train', align: 'right' },
    { head: 'test', align: 'right' },
    ...(intervals
      ? [{ head: `${formatShare(intervals.level, 1)} interval of test`, align: 'right' } as const]
      : []),
  ] as const;
  const counts = ['rows', formatCount(train.rows), formatCount(test.rows), ...(intervals ? [NONE] : [])];
  return ['', table(columns, [...rows, counts])];
}

function evaluationOf({ facts: known, job }: RunRecord, classes: readonly string[] | undefined): string[] {
  if (!known?.evaluation) return [];
  const { importance, leftOut } = known.evaluation;
  const missing = job?.evaluation.importance === 'columns' && importance?.columns === undefined;
  return [
    ...showEvaluation(known.evaluation, classes),
    ...(leftOut ? showLeftOut(leftOut) : []),
    ...(missing ? ['', 'Importances by column are measured only where all rows are in one place.'] : []),
  ];
}

const KINDS = ['join', 'compute', 'transfer', 'orchestration', 'total'] as const;

function timesOf({ facts: known, plan }: RunRecord): string[] {
  if (known === null) return [];
  const predicted = plan?.candidates.find(({ id }) => id === plan.chosen)?.seconds;
  return [
    '',
    table(
      [{ head: 'time' }, { head: 'predicted', align: 'right' }, { head: 'actual', align: 'right' }],
      KINDS.map((kind) => [
        kind,
        predicted === undefined ? NONE : formatSeconds(predicted[kind]),
        formatSeconds(known.seconds[kind]),
      ]),
    ),
  ];
}

function bytesOf({ facts: known, plan }: RunRecord): string[] {
  if (known === null) return [];
  const predicted = plan?.candidates.find(({ id }) => id === plan.chosen)?.bytesOut ?? {};
  const silos = [...new Set([...Object.keys(predicted), ...Object.keys(known.bytesOut)])].sort();
  return [
    '',
    table(
      [{ head: 'left the silo' }, { head: 'predicted', align: 'right' }, { head: 'actual', align: 'right' }],
      silos.map((silo) => [silo, formatBytes(predicted[silo] ?? 0), formatBytes(known.bytesOut[silo] ?? 0)]),
    ),
  ];
}

/** Rounds that fit beside the scale of the chart on a usual terminal. */
const CHART_WIDTH = 66;

function curveOf({ facts: known }: RunRecord): string[] {
  const losses = (known?.curve ?? []).map(({ loss }) => loss).filter(Number.isFinite);
  if (losses.length < 2) return [];
  const every = Math.ceil(losses.length / CHART_WIDTH);
  const shown = losses.filter((_, round) => round % every === 0 || round === losses.length - 1);
  const chart = asciichart.plot(shown, { height: 8, format: (loss) => loss.toFixed(5).padStart(10) });
  return ['', `loss by round${every > 1 ? `, every ${every}th` : ''}`, chart];
}
