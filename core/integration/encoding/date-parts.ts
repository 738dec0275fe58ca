/** Parts of a date that can be encoded. In UTC and the proleptic Gregorian calendar, as JavaScript's Date has them. */
export const DATE_PARTS = ['year', 'month', 'day', 'weekday', 'hour', 'day-of-year'] as const;

export type DatePart = (typeof DATE_PARTS)[number];

/** What one is in a column of dates (days since 1970-01-01) and in one of timestamps (seconds since then). */
export type TimeUnit = 'day' | 'second';

/** Of a unit. */
export const MILLISECONDS: Readonly<Record<TimeUnit, number>> = { day: 86_400_000, second: 1000 };
/** Of a year that is no leap year. */
export const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** The instant of a cell; an invalid Date for NaN, and beyond the years ±271,821 that a Date can hold. */
export function dateOf(value: number, unit: TimeUnit): Date {
  return new Date(value * MILLISECONDS[unit]);
}

/** Month, day, weekday (Monday, as in ISO 8601) and day of the year begin with 1, the hour with 0; NaN of an invalid date. */
export function partOf(part: DatePart, date: Date): number {
  switch (part) {
    case 'year':
      return date.getUTCFullYear();
    case 'month':
      return date.getUTCMonth() + 1;
    case 'day':
      return date.getUTCDate();
    case 'weekday':
      return ((date.getUTCDay() + 6) % 7) + 1;
    case 'hour':
      return date.getUTCHours();
    case 'day-of-year':
      return MONTH_DAYS.slice(0, date.getUTCMonth()).reduce(
        (sum, _, month) => sum + daysInMonth(date, month),
        date.getUTCDate(),
      );
  }
}

/** Whether a part comes round again: all but the year. */
export function hasPeriod(part: DatePart): boolean {
  return part !== 'year';
}

/**
 * How much of its period a part has gone through, in [0, 1): a twelfth for February. Day and day of the year go round in as many
 * steps as their own month or year has days, so that its last is beside the first of the next.
 */
export function turnOf(part: DatePart, date: Date): number {
  const number = partOf(part, date);
  switch (part) {
    case 'year':
      throw new Error('a year has no period');
    case 'month':
      return (number - 1) / 12;
    case 'day':
      return (number - 1) / daysInMonth(date, date.getUTCMonth());
    case 'weekday':
      return (number - 1) / 7;
    case 'hour':
      return number / 24;
    case 'day-of-year':
      return (number - 1) / (isLeap(date) ? 366 : 365);
  }
}

function daysInMonth(date: Date, month: number): number {
  return (MONTH_DAYS[month] ?? NaN) + (month === 1 && isLeap(date) ? 1 : 0);
}

function isLeap(date: Date): boolean {
  const year = date.getUTCFullYear();
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
