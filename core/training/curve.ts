import type { Progress } from './program.js';

/** Points of a learning curve that travel and are kept: enough for a plot, few enough for a history of any length. */
const MOST_POINTS = 200;

/** A learning curve with at most 200 points, the first and the last among them, evenly spaced between. */
export function thinned(curve: readonly Progress[]): Progress[] {
  if (curve.length <= MOST_POINTS) return [...curve];
  const step = (curve.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, i) => curve[Math.round(i * step)]).filter(
    (point) => point !== undefined,
  );
}
