import type { LeftOut, LeftOutSilo } from '../../core/evaluation/left-out.js';
import type { Measure } from '../../core/models/model.js';
import { formatCount, formatMeasure, formatShare, NONE } from './format.js';
import { table } from './output.js';
import { lossOf } from './show-evaluation.js';

/** What the model loses without each silo, and for which that is not known: parts of a page with a line between. */
export function showLeftOut(leftOut: LeftOut): string[] {
  const failures = failuresOf(leftOut);
  return [
    ...(leftOut.silos.length > 0 ? ['', lossesOf(leftOut)] : []),
    ...(failures.length > 0 ? ['', ...failures] : []),
  ];
}

/** A sentence for each silo without which no model could be trained. */
export function failuresOf({ failed = [] }: LeftOut): string[] {
  return failed.map(
    ({ silo, error }) =>
      `What ${silo} adds is not known: training without it failed. ${error.code}: ${error.message}`,
  );
}

function lossesOf(leftOut: LeftOut): string {
  const { level, silos } = leftOut;
  return table(
    [
      { head: 'without the silo' },
      { head: 'with', align: 'right' },
      { head: 'without', align: 'right' },
      { head: lossOf(leftOut), align: 'right' },
      ...(level === undefined
        ? []
        : [{ head: `${formatShare(level, 1)} interval`, align: 'right' } as const]),
      { head: 'rounds', align: 'right' },
    ],
    silos.map((silo) => [
      silo.silo,
      ...[leftOut.with, silo.without, silo.lost].map(measureOrNone),
      ...(level === undefined ? [] : [lostInterval(silo)]),
      `${formatCount(silo.rounds)} (${silo.stopped})`,
    ]),
  );
}

function lostInterval({ interval }: LeftOutSilo): string {
  return interval ? `${formatMeasure(interval.low)} ${NONE} ${formatMeasure(interval.high)}` : NONE;
}

function measureOrNone(value: Measure): string {
  return value === null ? NONE : formatMeasure(value);
}
