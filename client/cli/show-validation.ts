import type { Measure } from '../../core/models/model.js';
import { measureNames, type MeasureName } from '../../core/validation/measures.js';
import { measureLabel } from '../../core/validation/measure-label.js';
import type { Averaged, ValidationReport } from '../../core/validation/report.js';
import { formatCount, formatMeasure, NONE } from './format.js';
import { table } from './output.js';

/** Folds that are shown side by side; of more only mean and deviation. */
const MOST_FOLDS = 10;

/** What cross-validation has found: the chosen trial by fold, and what the others came to. */
export function showValidation(report: ValidationReport): string {
  return [...byFold(report), ...(isSearch(report) ? ['', ...byTrial(report)] : [])].join('\n');
}

function isSearch({ trials }: ValidationReport): boolean {
  return trials.length > 1 || Object.keys(trials[0]?.parameters ?? {}).length > 0;
}

function byFold({ by, folds, measures }: ValidationReport): string[] {
  const shown = folds.length <= MOST_FOLDS ? folds : [];
  const way = by === 'rows' ? 'rows' : 'time' in by ? `time, ${by.time}` : `groups, ${by.group}`;
  const named = measureNames.flatMap((name): [MeasureName, Averaged][] => {
    const measure = measures[name];
    return measure === undefined ? [] : [[name, measure]];
  });
  const right = { align: 'right' } as const;
  return [
    table(
      [
        { head: `${String(folds.length)} folds by ${way}` },
        { head: 'mean', ...right },
        { head: 'deviation', ...right },
        ...shown.map((_, at) => ({ head: `fold ${String(at + 1)}`, ...right })),
      ],
      [
        ...named.map(([name, { mean, deviation, values }]) => [
          measureLabel(name),
          number(mean),
          number(deviation),
          ...(shown.length > 0 ? values.map(number) : []),
        ]),
        ['rows', NONE, NONE, ...shown.map(({ validate }) => formatCount(validate))],
      ],
    ),
  ];
}

function byTrial({ trials, measure, chosen, choose }: ValidationReport): string[] {
  const fields = [...new Set(trials.flatMap(({ parameters }) => Object.keys(parameters)))].sort();
  const sparse = trials.some(({ nonZero }) => nonZero !== undefined);
  return [
    table(
      [
        { head: '' },
        ...fields.map((head) => ({ head, align: 'right' }) as const),
        { head: measureLabel(measure), align: 'right' },
        { head: 'deviation', align: 'right' },
        ...(sparse ? [{ head: 'not 0', align: 'right' } as const] : []),
      ],
      trials.map(({ parameters, mean, deviation, nonZero }, at) => [
        at === chosen ? '→' : '',
        ...fields.map((field) => written(parameters[field])),
        number(mean),
        number(deviation),
        ...(sparse ? [meanOf(nonZero)] : []),
      ]),
    ),
    `→ chosen by ${choose === 'best' ? 'the best mean' : 'one standard error'} over the folds; test rows took no part`,
  ];
}

/** Parameters that are not 0, in the mean of the folds. */
function meanOf(nonZero: readonly number[] | undefined): string {
  if (nonZero === undefined) return NONE;
  return (nonZero.reduce((sum, one) => sum + one, 0) / nonZero.length).toFixed(1);
}

function number(value: Measure): string {
  return value === null ? NONE : formatMeasure(value);
}

function written(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  return typeof value === 'string' ? value : JSON.stringify(value);
}
