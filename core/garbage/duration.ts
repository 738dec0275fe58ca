const MS = { h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** A span of whole hours, days or weeks: `12h`, `30d`, `4w`. */
export const DURATION = /^(\d{1,5})([hdw])$/;

/** Milliseconds of a span; undefined for what is none. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = DURATION.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * MS[unit as keyof typeof MS];
}
