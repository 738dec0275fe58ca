import cliProgress from 'cli-progress';
import { measureLabel } from '../../core/validation/measure-label.js';
import type { RunProgress, TrialProgress } from '../../workflows/contracts/results.js';
import { formatBytes, formatMeasure, formatSmall } from './format.js';
import { tell } from './output.js';

/** Shows on standard error how far a run is. */
export interface ProgressView {
  show(progress: RunProgress): void;
  /** The run cannot be asked at the moment. */
  waiting(why: string): void;
  /** Clears what is shown; `show` brings it back. */
  hide(): void;
}

/** A moving bar for a person, a line every few seconds for a log. */
export function progressView(name: string, isTerminal = process.stderr.isTTY): ProgressView {
  return isTerminal ? barView(name) : lineView(name);
}

/**
 * How much of the training is done, in [0, 1]: how far the gradient's norm has come down, on a logarithmic scale, from where it began to
 * where training stops. The number of rounds is not known beforehand.
 */
export function trainedShare(first: number | null, progress: RunProgress): number {
  const { phase, gradientNorm, tolerance, round, maxRounds, validation } = progress;
  if (['evaluating', 'leaving silos out', 'storing', 'completed'].includes(phase)) return 1;
  if (phase === 'cross-validating' && validation !== undefined) {
    const { trial, trials, fold, folds } = validation;
    // The training of the model itself is one more.
    return ((trial - 1) * folds + fold - 1) / (trials * folds + 1);
  }
  const byRounds = maxRounds > 0 ? round / maxRounds : 0;
  if (first === null || gradientNorm === null || tolerance === null || first <= tolerance) return byRounds;
  const down = Math.log(first / Math.max(gradientNorm, tolerance)) / Math.log(first / tolerance);
  return Math.min(1, Math.max(down, byRounds, 0));
}

/** `round 12 · loss 0.512345 · gradient 3.2e-4`, as far as known. */
export function describeProgress({
  phase,
  round,
  loss,
  gradientNorm,
  silos,
  validation,
  absent = [],
}: RunProgress): string {
  const bytes = silos.reduce((sum, silo) => sum + silo.bytesOut, 0);
  return [
    ...absent.map(({ site, since }) => `waits for a worker of ${site} since ${since}`),
    ...(phase === 'cross-validating' && validation !== undefined ? [describeTrial(validation)] : []),
    ...(round > 0 ? [`round ${round}`] : []),
    ...(loss === null ? [] : [`loss ${formatMeasure(loss)}`]),
    ...(gradientNorm === null ? [] : [`gradient ${formatSmall(gradientNorm)}`]),
    ...(bytes > 0 ? [`${formatBytes(bytes)} out of silos`] : []),
  ].join(' · ');
}

function describeTrial({ trial, trials, fold, folds, measure, best }: TrialProgress): string {
  const known = best === null ? '' : ` · best ${measureLabel(measure)} ${formatMeasure(best)}`;
  return `trial ${trial} of ${trials}, fold ${fold} of ${folds}${known}`;
}

function phaseOf({ phase, strategy, site }: RunProgress): string {
  return phase === 'training' && strategy !== null ? `${strategy}@${site ?? ''}` : phase;
}

function barView(name: string): ProgressView {
  const bar = new cliProgress.SingleBar({
    format: `${name} {phase} [{bar}] {details}`,
    stream: process.stderr,
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
    autopadding: true,
  });
  const first = firstNorm();
  let visible = false;
  let most = 0;
  const draw = (phase: string, details: string): void => {
    if (!visible) bar.start(100, 100 * most, { phase, details });
    visible = true;
    bar.update(100 * most, { phase, details });
  };
  return {
    show(progress) {
      most = Math.max(most, trainedShare(first(progress), progress));
      draw(phaseOf(progress), describeProgress(progress));
    },
    waiting: (why) => draw('waiting', why),
    hide() {
      if (visible) bar.stop();
      visible = false;
    },
  };
}

const LINE_MS = 3_000;

function lineView(name: string): ProgressView {
  let last = '';
  let lastPhase = '';
  let lastAt = 0;
  const line = (phase: string, details: string): void => {
    const text = [phase, details].filter((part) => part !== '').join(' · ');
    const due = phase !== lastPhase || Date.now() - lastAt >= LINE_MS;
    if (!due || text === last) return;
    tell(`${name}: ${text}`);
    [last, lastPhase, lastAt] = [text, phase, Date.now()];
  };
  return {
    show: (progress) => line(phaseOf(progress), describeProgress(progress)),
    waiting: (why) => line('waiting', why),
    hide: () => undefined,
  };
}

/** Remembers the first norm that it is shown. */
function firstNorm(): (progress: RunProgress) => number | null {
  let first: number | null = null;
  return ({ gradientNorm }) => (first ??= gradientNorm);
}
