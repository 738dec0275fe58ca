/** Derivatives of a convex function of one variable. */
export type Derivatives = (alpha: number) => { first: number; second: number };

/** Newton's method on an exponential leaves 1/e of the slope a step, for ever so many steps: then the bracket is halved. */
const SLOW = 0.25;

/**
 * The minimum α > 0 of a convex function that falls at 0: Newton's method in one variable, kept inside the bracket in
 * which the first derivative changes sign. Where that overflows, or is no number, α is too large. Ends when the slope is 1e-4
 * of the slope at 0; no exchange is needed for it.
 * @returns 0 if the slope at 0 is not negative, or no step is short enough: no descent is left at this precision
 */
export function minimizeAlong(derivatives: Derivatives, slopeAtZero: number): number {
  if (!(slopeAtZero < 0)) return 0;
  let low = 0;
  let high = Infinity;
  let alpha = 1;
  let before = Infinity;
  for (let iteration = 0; iteration < 100; iteration++) {
    const { first, second } = derivatives(alpha);
    if (Math.abs(first) <= 1e-4 * -slopeAtZero) return alpha;
    if (first < 0) low = alpha;
    else high = alpha;
    const newton = alpha - first / second;
    const slow = first > SLOW * before;
    before = Math.abs(first);
    if (!slow && newton > low && newton < high && newton < 16 * Math.max(alpha, 1e-3)) alpha = newton;
    else alpha = high === Infinity ? 8 * alpha : (low + high) / 2;
    if (high - low <= 1e-15 * high) return low;
  }
  return low;
}
