const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const INSTANT =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6})[0-9]*)?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?$/;
const MS_A_DAY = 86_400_000;

/** Days from 1970-01-01 to `2013-01-31`; undefined for what is no such day. */
export function dayOf(text: string): number | undefined {
  const [, year, month, day] = DAY.exec(text) ?? [];
  const ms = utcOf(year, month, day);
  return ms === undefined ? undefined : ms / MS_A_DAY;
}

/**
 * Microseconds from 1970-01-01 UTC to an ISO 8601 date and time; without an offset it is taken as UTC. A number while that is exact.
 */
export function instantOf(text: string): number | bigint | undefined {
  const [, year, month, day, hours = '0', minutes = '0', seconds = '0', fraction = '', zone = 'Z'] =
    INSTANT.exec(text) ?? [];
  const midnight = utcOf(year, month, day);
  if (midnight === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59)
    return undefined;
  const ofDay = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  const ms = midnight + ofDay * 1000 - offsetOf(zone);
  const micros = Number(fraction.padEnd(6, '0'));
  const whole = ms * 1000 + micros;
  return Number.isSafeInteger(whole) ? whole : BigInt(ms) * 1000n + BigInt(micros);
}

/** `2013-01-31T05:00:00Z`, with microseconds only where there are any. */
export function isoOf(instant: number | bigint): string {
  const micros = BigInt(instant);
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const ms = (micros - fraction) / 1000n;
  const text = new Date(Number(ms)).toISOString().slice(0, 19);
  return fraction === 0n ? `${text}Z` : `${text}.${String(fraction).padStart(6, '0')}Z`;
}

function utcOf(year = '', month = '', day = ''): number | undefined {
  if (year === '') return undefined;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // A day that the month does not have would be one of the next.
  const same = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return same ? date.getTime() : undefined;
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const [, sign, hours = '0', minutes = '0'] = /^([+-])([0-9]{2}):?([0-9]{2})?$/.exec(zone) ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -offset : offset;
}
