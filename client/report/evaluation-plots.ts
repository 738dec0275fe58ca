import type { TopLevelSpec } from 'vega-lite';
import type { CalibrationBin } from '../../core/evaluation/calibration.js';
import type { ErrorSummary } from '../../core/evaluation/errors.js';
import { ratesOf, type ThresholdCurve } from '../../core/evaluation/threshold-curve.js';
import type { Importance } from '../../core/evaluation/importance.js';
import type { LeftOut } from '../../core/evaluation/left-out.js';
import type { ManyClasses } from '../../core/evaluation/many-classes.js';
import { formatCount } from '../cli/format.js';
import { SERIES } from './chart.js';
import { heatMap } from './heat-map.js';

/** Two square plots side by side fill the page. */
const SIDE = 270;
const UNIT = { domain: [0, 1] };
const FAINT = 'var(--faint)';

type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];

/** The line from (a, a) to (b, b), which a plot is compared with. */
function diagonal(from: number, to: number): Layer {
  return {
    data: { values: [from, to].map((value) => ({ x: value, y: value })) },
    mark: { type: 'line', color: FAINT, strokeDash: [4, 4] },
    encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },
  };
}

/** ROC: true against false positive rate over all thresholds. */
export function rocCurve(curve: ThresholdCurve): TopLevelSpec {
  const values = [
    { x: 0, y: 0 },
    ...ratesOf(curve).map(({ falsePositiveRate: x, truePositiveRate: y }) => ({ x, y })),
    { x: 1, y: 1 },
  ];
  return {
    width: SIDE,
    height: SIDE,
    layer: [
      diagonal(0, 1),
      {
        data: { values },
        mark: { type: 'line', color: SERIES[0], interpolate: 'linear' },
        encoding: {
          x: { field: 'x', type: 'quantitative', title: 'false positive rate', scale: UNIT },
          y: { field: 'y', type: 'quantitative', title: 'true positive rate', scale: UNIT },
          order: { field: 'x', type: 'quantitative' },
        },
      },
    ],
  };
}

/** Precision against recall over all thresholds, with the share of positives, which guessing has. */
export function precisionRecallCurve(curve: ThresholdCurve): TopLevelSpec {
  const share = curve.positives / (curve.positives + curve.negatives);
  const values = [
    ...ratesOf(curve).map(({ truePositiveRate: x, precision: y }) => ({ x, y })),
    { x: 1, y: share },
  ];
  return {
    width: SIDE,
    height: SIDE,
    layer: [
      {
        data: { values: [{ y: share }] },
        mark: { type: 'rule', color: FAINT, strokeDash: [4, 4] },
        encoding: { y: { field: 'y', type: 'quantitative' } },
      },
      {
        data: { values },
        mark: { type: 'line', color: SERIES[0] },
        encoding: {
          x: { field: 'x', type: 'quantitative', title: 'recall', scale: UNIT },
          y: { field: 'y', type: 'quantitative', title: 'precision', scale: UNIT },
          order: { field: 'x', type: 'quantitative' },
        },
      },
    ],
  };
}

/** The share of positives against the mean probability, by tenths of the test rows. */
export function calibrationPlot(bins: readonly CalibrationBin[]): TopLevelSpec {
  const values = bins.map(({ meanPrediction, positives, rows }) => ({
    x: meanPrediction,
    y: positives / rows,
  }));
  const most = Math.max(...values.flatMap(({ x, y }) => [x, y]));
  return againstDiagonal(values, 0, most, 'mean probability', 'share of positives');
}

/** Mean label against mean prediction, by tenths of the test rows. */
export function predictionPlot({ bins }: ErrorSummary): TopLevelSpec {
  const values = bins.map(({ meanPrediction: x, meanLabel: y }) => ({ x, y }));
  const all = values.flatMap(({ x, y }) => [x, y]);
  return againstDiagonal(values, Math.min(...all), Math.max(...all), 'mean prediction', 'mean label');
}

/** The table beside it has all digits. */
const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** A count that is no wider than a cell: 12,345; 123.5K; 1.2M. */
function shortCount(count: number): string {
  return count < 100_000 ? formatCount(count) : SHORT.format(count);
}

/** Rows by class and predicted class: counts, and shares of the rows of a class as colours. */
export function confusionMap({ matrix }: ManyClasses, nameOf: (place: number) => string): TopLevelSpec {
  const cells = matrix.flatMap((counts, row) => {
    const rows = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count, column) => ({
      row: nameOf(row),
      column: nameOf(column),
      value: rows === 0 ? 0 : count / rows,
      text: count === 0 ? '' : shortCount(count),
    }));
  });
  return heatMap(cells, { x: 'predicted', y: 'class', value: 'share', scheme: 'sequential' });
}

/** Rows by prediction less label. */
export function errorHistogram({ histogram }: ErrorSummary): TopLevelSpec {
  const edge = (value: number) => Number(value.toPrecision(6)).toString();
  const values = histogram.map(({ from, to, rows }) => ({
    error:
      from === null
        ? to === null
          ? 'all'
          : `below ${edge(to)}`
        : to === null
          ? `from ${edge(from)}`
          : `${edge(from)} to ${edge(to)}`,
    rows,
  }));
  return {
    width: SIDE,
    height: SIDE,
    data: { values },
    mark: { type: 'bar', color: SERIES[0] },
    encoding: {
      x: {
        field: 'error',
        type: 'ordinal',
        sort: null,
        title: 'prediction less label',
        axis: { labelAngle: -60, labelOverlap: true },
      },
      y: { field: 'rows', type: 'quantitative', title: 'test rows' },
    },
  };
}

function againstDiagonal(
  values: readonly { x: number; y: number }[],
  from: number,
  to: number,
  x: string,
  y: string,
): TopLevelSpec {
  const scale = { zero: false, nice: true };
  return {
    width: SIDE,
    height: SIDE,
    layer: [
      diagonal(from, to),
      {
        data: { values: [...values] },
        mark: { type: 'line', color: SERIES[0], point: { color: SERIES[0] } },
        encoding: {
          x: { field: 'x', type: 'quantitative', title: x, scale },
          y: { field: 'y', type: 'quantitative', title: y, scale },
        },
      },
    ],
  };
}

interface Bar {
  readonly name: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Bars of what is lost, each with a line from its low to its high. */
export function lossPlot(measure: string, bars: readonly Bar[]): TopLevelSpec {
  const values = [...bars];
  const y = { field: 'name', type: 'nominal', sort: null, title: null, axis: { labelLimit: 300 } } as const;
  return {
    width: 420,
    height: { step: 20 },
    data: { values },
    layer: [
      {
        mark: { type: 'bar', color: SERIES[0] },
        encoding: { y, x: { field: 'mean', type: 'quantitative', title: measure } },
      },
      {
        mark: { type: 'rule', color: 'var(--ink)' },
        encoding: { y, x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
      },
    ],
  };
}

/** The most important columns that are shown. */
const MOST_COLUMNS = 20;

/** How much the main measure loses by permuting what a silo, or a column, gives; with the deviation of the repetitions. */
export function importanceBars({ silos, columns }: Importance) {
  const bar = (name: string, { mean, deviation }: { mean: number; deviation: number }): Bar => {
    return { name, mean, low: mean - deviation, high: mean + deviation };
  };
  return {
    silos: silos.map((loss) => bar(loss.silos.join(' + '), loss)),
    columns: (columns ?? []).slice(0, MOST_COLUMNS).map((loss) => bar(loss.column, loss)),
  };
}

/** How much the main measure loses without each silo, with its interval; a silo without which it is not defined has no bar. */
export function leftOutBars({ silos }: LeftOut): Bar[] {
  return silos.flatMap(({ silo: name, lost: mean, interval }) =>
    mean === null ? [] : [{ name, mean, low: interval?.low ?? mean, high: interval?.high ?? mean }],
  );
}
