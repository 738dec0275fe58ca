import type { TopLevelSpec } from 'vega-lite';
import { classNamer } from '../class-names.js';
import { formatCount } from '../cli/format.js';
import type { Coefficient } from '../stored-model.js';
import { SERIES } from './chart.js';
import { heatMap } from './heat-map.js';

/** Coefficients that are shown, and classes of which. */
const MOST = 25;
/** z of a 95 % interval. */
const Z = 1.96;

/** The coefficients of largest size, largest first. */
export function largestCoefficients(coefficients: readonly Coefficient[]): readonly Coefficient[] {
  const size = ({ values }: Coefficient) => Math.max(...values.map(Math.abs));
  return [...coefficients]
    .filter((one) => size(one) > 0)
    .sort((a, b) => size(b) - size(a) || (a.column < b.column ? -1 : 1))
    .slice(0, MOST);
}

/** Undefined where there is none but 0. */
export function coefficientsPlot(
  largest: readonly Coefficient[],
  classes: readonly string[] | undefined,
): TopLevelSpec | undefined {
  const [first] = largest;
  if (first === undefined) return undefined;
  return first.values.length === 1 ? barPlot(largest) : classPlot(largest, classNamer(classes));
}

/** How many there are, and what a bar is. */
export function coefficientsCaption(all: readonly Coefficient[], largest: readonly Coefficient[]): string {
  const nonZero = all.filter(({ values }) => values.some((value) => value !== 0)).length;
  const known = largest.some(({ standardError }) => standardError !== undefined);
  const classes = all[0]?.values.length ?? 1;
  const what = classes === 1 ? 'coefficients' : 'columns, by their coefficients';
  return [
    `The largest ${formatCount(largest.length)} of ${formatCount(all.length)} ${what}, of which ${formatCount(nonZero)} are not 0`,
    ', in units of the encoded columns: a standard deviation of a number that is scaled so, a category against none.',
    ...(known ? [' Lines: ± 1.96 standard errors.'] : []),
    ...(classes > MOST ? [` Of ${formatCount(classes)} classes the ${MOST} with the largest of them.`] : []),
  ].join('');
}

/** Bars of coefficients, by silo unless there are more than colours, with ± 1.96 standard errors where they are known. */
function barPlot(coefficients: readonly Coefficient[]): TopLevelSpec {
  const values = coefficients.map(({ column, silos, values: [value = 0], standardError = 0 }) => ({
    column,
    silo: silos.join(' + '),
    value,
    low: value - Z * standardError,
    high: value + Z * standardError,
  }));
  const domain = [...new Set(values.map(({ silo }) => silo))].sort();
  const y = {
    field: 'column',
    type: 'nominal',
    sort: null,
    title: null,
    axis: { labelLimit: 300 },
  } as const;
  return {
    width: 400,
    height: { step: 18 },
    data: { values },
    layer: [
      {
        mark: 'bar',
        encoding: {
          y,
          x: { field: 'value', type: 'quantitative', title: 'coefficient' },
          color:
            domain.length > SERIES.length
              ? { value: SERIES[0] }
              : { field: 'silo', type: 'nominal', title: null, scale: { domain, range: [...SERIES] } },
        },
      },
      ...(coefficients.some(({ standardError }) => standardError !== undefined)
        ? [
            {
              mark: { type: 'rule', color: 'var(--ink)' },
              encoding: {
                y,
                x: { field: 'low', type: 'quantitative' },
                x2: { field: 'high' },
              },
            } as const,
          ]
        : []),
    ],
  };
}

/** Coefficients by class, of a model that learns many. */
function classPlot(coefficients: readonly Coefficient[], nameOf: (code: number) => string): TopLevelSpec {
  const shown = classesOfLargest(coefficients);
  return heatMap(
    coefficients.flatMap(({ column, values }) =>
      shown.map((code) => ({ row: column, column: nameOf(code), value: values[code] ?? 0 })),
    ),
    { x: 'class', y: '', value: 'coefficient', scheme: 'diverging' },
  );
}

/** Codes of the classes that have the largest coefficients, ascending. */
function classesOfLargest(coefficients: readonly Coefficient[]): readonly number[] {
  const sizes = (coefficients[0]?.values ?? []).map((_, code) =>
    Math.max(...coefficients.map(({ values }) => Math.abs(values[code] ?? 0))),
  );
  return [...sizes.keys()]
    .sort((a, b) => sizes[b]! - sizes[a]! || a - b)
    .slice(0, MOST)
    .sort((a, b) => a - b);
}
