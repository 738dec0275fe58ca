/** Derivatives of a convex function of one variable. */
export type Derivatives = (alpha: number) => { first: number; second: number };

/**
 * The minimum α > 0 of a convex function that falls at 0: Newton's method in one variable, kept inside the bracket in
 * which the first derivative changes sign. Ends when the slope is 1e-4 of the slope at 0; no exchange is needed for it.
 * @returns 0 if the slope at 0 is not negative: no descent is left at this precision
 */
export function minimizeAlong(derivatives: Derivatives, slopeAtZero: number): number {
  if (!(slopeAtZero < 0)) return 0;
  let low = 0;
  let high = Infinity;
  let alpha = 1;
  for (let iteration = 0; iteration < 60; iteration++) {
    const { first, second } = derivatives(alpha);
    if (Math.abs(first) <= 1e-4 * -slopeAtZero) return alpha;
    if (first < 0) low = alpha;
    else high = alpha;
    const newton = alpha - first / second;
    if (newton > low && newton < high && newton < 16 * Math.max(alpha, 1e-3)) alpha = newton;
    else alpha = high === Infinity ? 8 * alpha : (low + high) / 2;
    if (high - low <= 1e-15 * high) return alpha;
  }
  return alpha;
}
