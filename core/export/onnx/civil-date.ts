import { MONTH_DAYS } from '../../integration/encoding/date-parts.js';
import { quotient, type OnnxGraph, type Value } from './graph.js';

/** Parts of a date in the proleptic Gregorian calendar, whole numbers in float64, N × 1; all but the year from 0. */
export interface CivilDate {
  readonly year: Value;
  readonly month: Value;
  readonly day: Value;
  /** 0 on Mondays. */
  readonly weekday: Value;
  readonly dayOfYear: Value;
  readonly daysOfMonth: Value;
  /** 1 in a leap year, else 0. */
  readonly leap: Value;
}

/**
 * The date that is so many days after 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms", civil_from_days): years
 * begin in March there, so that the leap day is the last, and come in eras of 400. Whole numbers below 2⁵³ are exact throughout.
 */
export function civilDate(graph: OnnxGraph, days: Value): CivilDate {
  const { number } = graph;
  const plus = (a: Value, b: Value) => graph.apply('Add', [a, b]);
  const minus = (a: Value, b: Value) => graph.apply('Sub', [a, b]);
  const times = (a: Value, factor: number) => graph.apply('Mul', [a, number(factor)]);
  const over = (a: Value, divisor: number) => quotient(graph, a, divisor);
  const remainder = (a: Value, divisor: number) => minus(a, times(over(a, divisor), divisor));
  const oneIf = (condition: Value) => graph.apply('Cast', [condition], { to: graph.element('double') });

  const sinceMarch = plus(days, number(719_468));
  const era = over(sinceMarch, 146_097);
  const dayOfEra = remainder(sinceMarch, 146_097);
  const leapDays = minus(plus(over(dayOfEra, 1460), over(dayOfEra, 146_096)), over(dayOfEra, 36_524));
  const yearOfEra = over(minus(dayOfEra, leapDays), 365);
  const daysBefore = plus(times(yearOfEra, 365), minus(over(yearOfEra, 4), over(yearOfEra, 100)));
  const dayFromMarch = minus(dayOfEra, daysBefore);
  const monthFromMarch = over(plus(times(dayFromMarch, 5), number(2)), 153);
  const day = minus(dayFromMarch, over(plus(times(monthFromMarch, 153), number(2)), 5));
  const month = remainder(plus(monthFromMarch, number(2)), 12);
  const nextYear = oneIf(graph.apply('Less', [month, number(2)]));
  const year = plus(plus(yearOfEra, times(era, 400)), nextYear);

  const divides = (divisor: number) => graph.apply('Equal', [remainder(year, divisor), number(0)]);
  const common = graph.apply('And', [divides(100), graph.apply('Not', [divides(400)])]);
  const leap = oneIf(graph.apply('And', [divides(4), graph.apply('Not', [common])]));
  const lookedUp = (table: readonly number[]) =>
    graph.apply(
      'Flatten',
      [
        graph.apply(
          'Gather',
          [graph.numbers(table, [12, 1]), graph.apply('Cast', [month], { to: graph.element('int64') })],
          {
            axis: 0,
          },
        ),
      ],
      { axis: 1 },
    );
  const inLeapYears = (months: Value) => graph.apply('Mul', [leap, oneIf(months)]);
  const before = MONTH_DAYS.map((_, at) =>
    MONTH_DAYS.slice(0, at).reduce<number>((sum, one) => sum + one, 0),
  );
  return {
    ...{ year, month, day, leap },
    weekday: remainder(plus(days, number(3)), 7),
    dayOfYear: plus(plus(lookedUp(before), inLeapYears(graph.apply('Greater', [month, number(1)]))), day),
    daysOfMonth: plus(lookedUp(MONTH_DAYS), inLeapYears(graph.apply('Equal', [month, number(1)]))),
  };
}
