import type { TopLevelSpec } from 'vega-lite';
import type { TrialReport, ValidationReport } from '../../core/validation/report.js';
import { measureLabel } from '../../core/validation/measure-label.js';
import { SERIES } from './chart.js';

/** Values further apart than this stand on a logarithmic scale. */
const WIDE = 20;

interface Trial {
  readonly value: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** What the trial has beside the value. */
  readonly series: string;
  readonly chosen: boolean;
}

/**
 * The compared measure of all trials along the setting that has most values, as along `l1` or `l2` on a path of regularisation; a line for each
 * combination of the other settings. Undefined without a search over numbers, and of more combinations than there are colours.
 */
export function searchPlot(report: ValidationReport): TopLevelSpec | undefined {
  const field = longestField(report.trials);
  if (field === undefined) return undefined;
  const values = report.trials.flatMap((trial, at) => trialAt(trial, field, at === report.chosen));
  const series = [...new Set(values.map((one) => one.series))];
  if (values.length < 2 || series.length > SERIES.length) return undefined;
  const positions = values.map(({ value }) => value);
  const log = Math.min(...positions) > 0 && Math.max(...positions) > WIDE * Math.min(...positions);
  const x = {
    field: 'value',
    type: 'quantitative',
    title: field,
    scale: log ? ({ type: 'log' } as const) : ({ zero: false } as const),
    ...(log && { axis: { format: '.0e', tickCount: 6 } }),
  } as const;
  const y = (name: string) =>
    ({
      field: name,
      type: 'quantitative',
      title: measureLabel(report.measure),
      scale: { zero: false },
    }) as const;
  const color =
    series.length > 1
      ? ({
          field: 'series',
          type: 'nominal',
          title: null,
          scale: { domain: series, range: [...SERIES] },
        } as const)
      : ({ value: SERIES[0] } as const);
  return {
    width: 560,
    height: 240,
    data: { values },
    layer: [
      { mark: 'rule', encoding: { x, y: y('low'), y2: { field: 'high' }, color } },
      { mark: { type: 'line', point: true }, encoding: { x, y: y('mean'), color } },
      {
        transform: [{ filter: 'datum.chosen' }],
        mark: { type: 'point', size: 160, color: 'var(--ink)', shape: 'diamond' },
        encoding: { x, y: y('mean') },
      },
    ],
  };
}

/** The setting of numbers that has most different values. */
function longestField(trials: readonly TrialReport[]): string | undefined {
  const fields = [...new Set(trials.flatMap(({ parameters }) => Object.keys(parameters)))].sort();
  const counted = fields.flatMap((field) => {
    const values = trials.map(({ parameters }) => parameters[field]);
    const count = new Set(values).size;
    return values.every((value) => typeof value === 'number') && count > 1 ? [{ field, count }] : [];
  });
  return counted.reduce<{ field: string; count: number } | undefined>(
    (best, one) => (best && best.count >= one.count ? best : one),
    undefined,
  )?.field;
}

/** Mean ± one standard error over the folds, deviation / √k; nothing of a trial whose mean is not defined. */
function trialAt(
  { parameters, mean, deviation, values }: TrialReport,
  field: string,
  chosen: boolean,
): Trial[] {
  const { [field]: value, ...others } = parameters;
  if (typeof value !== 'number' || mean === null) return [];
  const defined = values.filter((one) => one !== null).length;
  const error = deviation === null ? 0 : deviation / Math.sqrt(defined);
  const series = Object.entries(others)
    .map(([name, other]) => `${name} ${typeof other === 'object' ? JSON.stringify(other) : String(other)}`)
    .join(', ');
  return [{ value, mean, low: mean - error, high: mean + error, series, chosen }];
}
