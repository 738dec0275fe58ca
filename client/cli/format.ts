// Every figure that the command line shows is written here, so that the same kind of figure looks the same everywhere.
import type { SkippedSilo } from '../../core/job/silo-loss.js';
import { formatBytes, formatSeconds } from '../../core/planner/format.js';
import type { Measure, Metrics } from '../../core/models/model.js';

export { formatBytes, formatSeconds };

/** What stands for a value that there is none of. */
export const NONE = '–';

/** `336,776` */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** AUC, log-loss and the like: six digits, so that equal models look equal. */
export function formatMeasure(value: number): string {
  return value.toFixed(6);
}

/** Norms and differences: `3.2e-9`; zero is `0`. */
export function formatSmall(value: number): string {
  return value === 0 ? '0' : value.toExponential(1);
}

/** `12.3 %` */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? NONE : `${((100 * part) / whole).toFixed(1)} %`;
}

/** An ISO 8601 time in the person's own zone: `2026-11-21 14:03:05`. */
export function formatTime(iso: string): string {
  const time = new Date(iso);
  const two = (part: number): string => String(part).padStart(2, '0');
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}

/** The few figures by which a model is judged, by name. */
export function measuresOf(metrics: Metrics): [name: string, value: string][] {
  if ('auc' in metrics) {
    return [
      ['AUC', measureOrNone(metrics.auc)],
      ['log-loss', measureOrNone(metrics.logLoss)],
      ['accuracy', measureOrNone(metrics.accuracy)],
    ];
  }
  if ('macroAuc' in metrics) {
    return [
      ['macro AUC', measureOrNone(metrics.macroAuc)],
      ['log-loss', measureOrNone(metrics.logLoss)],
      ['accuracy', measureOrNone(metrics.accuracy)],
      ['macro F1', measureOrNone(metrics.macroF1)],
      ['rows by class', formatSizes(metrics.classes, 'classes')],
    ];
  }
  if ('rmse' in metrics) {
    return [
      ['RMSE', measureOrNone(metrics.rmse)],
      ['MAE', measureOrNone(metrics.mae)],
      ['R²', measureOrNone(metrics.r2)],
      ...(metrics.deviance === undefined
        ? []
        : [['mean deviance', measureOrNone(metrics.deviance)] as [string, string]]),
    ];
  }
  if ('inertia' in metrics) {
    return [
      ['inertia', measureOrNone(metrics.inertia)],
      ['rows by cluster', formatSizes(metrics.clusters, 'clusters')],
    ];
  }
  if ('logLikelihood' in metrics) {
    return [
      ['log-likelihood of a row', measureOrNone(metrics.logLikelihood)],
      ['BIC', measureOrNone(metrics.bic)],
      ['AIC', measureOrNone(metrics.aic)],
      ['rows by cluster', formatSizes(metrics.clusters, 'clusters')],
    ];
  }
  return [
    ['error', measureOrNone(metrics.reconstructionError)],
    ['relative error', measureOrNone(metrics.relativeError)],
    ...(metrics.explained === undefined
      ? []
      : [['explained', formatShares(metrics.explained)] as [string, string]]),
  ];
}

/** Clusters or classes that are listed one by one; of more than that only the range is told. */
const MOST_SIZES = 20;

/** `120 98 7`, or `3 to 120 in 50 clusters` */
function formatSizes(sizes: readonly number[], what: string): string {
  if (sizes.length <= MOST_SIZES) return sizes.map(formatCount).join(' ');
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  return `${formatCount(least)} to ${formatCount(most)} in ${formatCount(sizes.length)} ${what}`;
}

/** `87.5 %: 75.0 % 12.5 %`, the sum and what it is made of; of many shares only the first. */
function formatShares(shares: readonly number[]): string {
  const percent = (share: number) => formatShare(share, 1);
  const more = shares.length > MOST_SIZES ? ' …' : '';
  const sum = shares.reduce((total, share) => total + share, 0);
  return `${percent(sum)}: ${shares.slice(0, MOST_SIZES).map(percent).join(' ')}${more}`;
}

function measureOrNone(value: Measure): string {
  return value === null ? NONE : formatMeasure(value);
}

/** `airline 1.2 MB, weather 340 kB`; silos that nothing leaves are not named. */
export function formatBytesBySilo(bytesOut: Readonly<Record<string, number>>): string {
  const silos = Object.entries(bytesOut).filter(([, bytes]) => bytes > 0);
  const sorted = silos.sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([silo, bytes]) => `${silo} ${formatBytes(bytes)}`).join(', ') || 'nothing';
}

/** `crm (lost since 2026-11-22 04:00, checking silos)`, of silos that a run went on without. */
export function formatSkipped(skipped: readonly SkippedSilo[]): string {
  return skipped
    .map(({ silo, since, phase }) => `${silo} (lost since ${formatTime(since)}, ${phase})`)
    .join(', ');
}
