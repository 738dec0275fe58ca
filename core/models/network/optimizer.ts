import type { NetworkSpec } from './spec.js';

type Name = NetworkSpec['optimizer'];

/** What an optimizer remembers of the gradients of some weights: arrays as long as these. */
export type Slots = readonly Float64Array[];

export interface Step {
  /** Learning rate η. */
  readonly rate: number;
  /** t, counted from 1. */
  readonly step: number;
}

const MOMENTUM = 0.9;
const [BETA_1, BETA_2] = [0.9, 0.999];
/** The ε of tfjs in float32. */
const EPSILON = 1e-7;

const SLOTS: Record<Name, number> = { sgd: 0, momentum: 1, adam: 2 };

export function emptySlots(optimizer: Name, length: number): Slots {
  return Array.from({ length: SLOTS[optimizer] }, () => new Float64Array(length));
}

/**
 * w ← w − η d with, g being the gradient,
 *
 * - sgd: d = g;
 * - momentum: d = a, a ← 0.9 a + g;
 * - adam: d = m̂ / (√v̂ + ε), m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ) (Kingma and
 *   Ba, ICLR 2015, algorithm 1),
 *
 * as tfjs has them, in float64. Weight by weight, so that weights may be anywhere: parties and aggregator call it alike.
 */
export function descend(
  optimizer: Name,
  weights: Float64Array,
  gradient: Float64Array,
  slots: Slots,
  { rate, step }: Step,
): { weights: Float64Array; slots: Slots } {
  switch (optimizer) {
    case 'sgd':
      return { weights: weights.map((w, at) => w - rate * gradient[at]!), slots };
    case 'momentum': {
      const a = slots[0]!.map((before, at) => MOMENTUM * before + gradient[at]!);
      return { weights: weights.map((w, at) => w - rate * a[at]!), slots: [a] };
    }
    case 'adam': {
      const m = slots[0]!.map((before, at) => BETA_1 * before + (1 - BETA_1) * gradient[at]!);
      const v = slots[1]!.map((before, at) => BETA_2 * before + (1 - BETA_2) * gradient[at]! ** 2);
      const [c1, c2] = [1 - BETA_1 ** step, 1 - BETA_2 ** step];
      return {
        weights: weights.map((w, at) => w - (rate * (m[at]! / c1)) / (Math.sqrt(v[at]! / c2) + EPSILON)),
        slots: [m, v],
      };
    }
  }
}

/** λ₁ Σ|w| + λ₂/2 Σw² beside the mean loss. */
export interface Penalty {
  readonly l1: number;
  readonly l2: number;
}

/** g + λ₁ sign(w) + λ₂ w: the gradient with that of the penalty; at its corner, w = 0, the corner's is 0. */
export function penalised({ l1, l2 }: Penalty, gradient: Float64Array, weights: Float64Array): Float64Array {
  if (l1 === 0 && l2 === 0) return gradient;
  return gradient.map((g, at) => g + l1 * Math.sign(weights[at]!) + l2 * weights[at]!);
}
