import type { Loss } from './loss.js';

/** A loss written for one row, of which the sums over rows are made. */
export interface PointwiseLoss extends Omit<Loss, 'residual' | 'along'> {
  /** t(s, y), what value and derivatives have in common and is dear, such as eˢ: formed once a row. */
  readonly term: (score: number, label: number) => number;
  /** loss(s, y). */
  readonly value: (term: number, score: number, label: number) => number;
  /** ∂loss/∂s. */
  readonly slope: (term: number, label: number) => number;
  /** ∂²loss/∂s². */
  readonly bend: (term: number, label: number) => number;
}

/** Rows that weigh nothing are passed over: what they have may be too large for any loss. */
export function summed({ term, value, slope, bend, ...rest }: PointwiseLoss): Loss {
  return {
    ...rest,
    residual(scores, { labels, weights }, residual) {
      let sum = 0;
      for (let row = 0; row < labels.length; row++) {
        const weight = weights === undefined ? 1 : weights[row]!;
        residual[row] = 0;
        if (weight === 0) continue;
        const label = labels[row]!;
        const t = term(scores[row]!, label);
        residual[row] = weight * slope(t, label);
        sum += weight * value(t, scores[row]!, label);
      }
      return sum;
    },
    along(scores, direction, { labels, weights }, alpha) {
      let first = 0;
      let second = 0;
      for (let row = 0; row < labels.length; row++) {
        const d = direction[row]!;
        const weighted = weights === undefined ? d : weights[row]! * d;
        if (weighted === 0) continue;
        const label = labels[row]!;
        const t = term(scores[row]! + alpha * d, label);
        first += weighted * slope(t, label);
        second += weighted * d * bend(t, label);
      }
      return { first, second };
    },
  };
}
