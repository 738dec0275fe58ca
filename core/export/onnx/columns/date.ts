import type { DateEncoding, DatePartEncoding } from '../../../integration/encoder.js';
import { MILLISECONDS, type DatePart } from '../../../integration/encoding/date-parts.js';
import type { Block } from '../block.js';
import { civilDate, type CivilDate } from '../civil-date.js';
import { quotient, type OnnxGraph, type Value } from '../graph.js';
import { scaled } from './scaled.js';

/** Beyond so many milliseconds from 1970 a Date of JavaScript holds nothing. */
const LAST_MILLISECOND = 8.64e15;

/** Where a part is in its period: its place, counted over all lengths that the period may have. */
interface Turn {
  readonly place: Value;
  /** Steps in the period, for each place. */
  readonly steps: readonly number[];
  /** How far along each place is. */
  readonly step: readonly number[];
}

/**
 * Parts of a date, N × 1 days or seconds since 1970. Sines and cosines are looked up by the place in the period, so that they are
 * those of training to the bit.
 */
export function dateBlock(graph: OnnxGraph, x: Value, { unit, parts }: DateEncoding): Block {
  const { number } = graph;
  const instant = graph.apply('Mul', [x, number(MILLISECONDS[unit])]);
  const valid = graph.apply('LessOrEqual', [graph.apply('Abs', [instant]), number(LAST_MILLISECOND)]);
  const known = graph.apply('Where', [valid, instant, number(0)]);
  // Fractions of a millisecond are cut off towards 1970.
  const size = graph.apply('Floor', [graph.apply('Abs', [known])]);
  const milliseconds = graph.apply('Mul', [graph.apply('Sign', [known]), size]);
  const days = quotient(graph, milliseconds, MILLISECONDS.day);
  const ofDay = graph.apply('Sub', [milliseconds, graph.apply('Mul', [days, number(MILLISECONDS.day)])]);
  const date = { ...civilDate(graph, days), hour: quotient(graph, ofDay, 3_600_000) };
  const columns = parts.map((how) => partColumns(graph, date, how));
  const numbers = graph.apply('Where', [valid, graph.concat(columns), number(0)]);
  return { numbers, columns: parts.reduce((sum, { cyclic }) => sum + (cyclic ? 2 : 1), 0) };
}

type Clock = CivilDate & { readonly hour: Value };

function partColumns(graph: OnnxGraph, date: Clock, how: DatePartEncoding): Value {
  if (!how.cyclic) return scaled(graph, partOf(graph, date, how.part), how);
  const { place, steps, step } = turnOf(graph, date, how.part);
  const angles = steps.map((all, at) => 2 * Math.PI * (step[at]! / all));
  const table = graph.numbers(
    angles.flatMap((angle) => [Math.sin(angle), Math.cos(angle)]),
    [angles.length, 2],
  );
  const index = graph.apply('Cast', [place], { to: graph.element('int64') });
  return graph.apply('Flatten', [graph.apply('Gather', [table, index], { axis: 0 })], { axis: 1 });
}

/** As `partOf` of core/integration/encoding/date-parts.ts. */
function partOf(graph: OnnxGraph, date: Clock, part: DatePart): Value {
  const oneMore = (value: Value) => graph.apply('Add', [value, graph.number(1)]);
  switch (part) {
    case 'year':
      return date.year;
    case 'hour':
      return date.hour;
    case 'month':
      return oneMore(date.month);
    case 'day':
      return oneMore(date.day);
    case 'weekday':
      return oneMore(date.weekday);
    case 'day-of-year':
      return oneMore(date.dayOfYear);
  }
}

/** As `turnOf` of core/integration/encoding/date-parts.ts. */
function turnOf(graph: OnnxGraph, date: Clock, part: DatePart): Turn {
  const { number } = graph;
  const place = (row: Value, length: number, shift: Value) =>
    graph.apply('Add', [graph.apply('Mul', [row, number(length)]), shift]);
  switch (part) {
    case 'year':
      throw new Error('a year has no period');
    case 'month':
      return period(date.month, 12);
    case 'weekday':
      return period(date.weekday, 7);
    case 'hour':
      return period(date.hour, 24);
    case 'day': {
      const row = graph.apply('Sub', [date.daysOfMonth, number(28)]);
      return { place: place(row, 31, date.day), ...grid([28, 29, 30, 31], 31) };
    }
    case 'day-of-year':
      return { place: place(date.leap, 366, date.dayOfYear), ...grid([365, 366], 366) };
  }
}

function period(place: Value, steps: number): Turn {
  return { place, ...grid([steps], steps) };
}

/** A row of places for each length that a period may have, all as wide as the longest. */
function grid(lengths: readonly number[], width: number): Pick<Turn, 'steps' | 'step'> {
  const places = Array.from({ length: width }, (_, step) => step);
  return {
    steps: lengths.flatMap((length) => places.map(() => length)),
    step: lengths.flatMap(() => places),
  };
}
