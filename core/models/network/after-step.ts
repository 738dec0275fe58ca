import { entryOf } from '../../entry-of.js';
import type { Backward } from './forward.js';
import { weightsOf } from './layers.js';
import { descend, penalised, type Step } from './optimizer.js';
import type { Working } from './state.js';

/**
 * The weights above the first product after a step: by the optimizer; running means and variances by (1 − ρ) old + ρ batch,
 * ρ = max(1 − momentum, 1 / t), which is the plain mean of the first batches (a hundred, by a momentum of 0.99) and does not
 * remember where it began.
 */
export function afterStep(
  at: Pick<Working, 'spec' | 'weights' | 'slots'>,
  { gradients, statistics }: Pick<Backward, 'gradients' | 'statistics'>,
  step: Step,
): Pick<Working, 'weights' | 'slots'> {
  const { spec } = at;
  const weights = new Map(at.weights);
  const slots = new Map(at.slots);
  for (const { name, kind, penalty, newest } of weightsOf(spec)) {
    const before = entryOf(at.weights, name);
    if (kind === 'statistic') {
      const found = entryOf(statistics, name);
      const share = Math.max(newest, 1 / step.step);
      weights.set(
        name,
        before.map((value, unit) => value + share * (found[unit]! - value)),
      );
      continue;
    }
    const gradient = penalised(penalty, entryOf(gradients, name), before);
    const next = descend(spec.optimizer, before, gradient, entryOf(at.slots, name), step);
    weights.set(name, next.weights);
    slots.set(name, next.slots);
  }
  return { weights, slots };
}
