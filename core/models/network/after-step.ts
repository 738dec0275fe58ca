import { entryOf } from '../../entry-of.js';
import type { Backward } from './forward.js';
import { weightsOf } from './layers.js';
import { descend, penalised, type Step } from './optimizer.js';
import type { Working } from './state.js';

/** What a batch adds at the least to a running statistic, as in Keras. */
const NEWEST = 0.01;

/**
 * The weights above the first product after a step: by the optimizer; running means and variances by (1 − ρ) old + ρ batch,
 * ρ = max(0.01, 1 / t), which is the plain mean of the first hundred batches and does not remember where it began.
 */
export function afterStep(
  at: Pick<Working, 'spec' | 'weights' | 'slots'>,
  { gradients, statistics }: Pick<Backward, 'gradients' | 'statistics'>,
  step: Step,
): Pick<Working, 'weights' | 'slots'> {
  const { spec } = at;
  const weights = new Map(at.weights);
  const slots = new Map(at.slots);
  const newest = Math.max(NEWEST, 1 / step.step);
  for (const { name, kind } of weightsOf(spec)) {
    const before = entryOf(at.weights, name);
    if (kind === 'statistic') {
      const found = entryOf(statistics, name);
      weights.set(
        name,
        before.map((value, unit) => value + newest * (found[unit]! - value)),
      );
      continue;
    }
    const gradient = penalised(kind === 'kernel' ? spec.l2 : 0, entryOf(gradients, name), before);
    const next = descend(spec.optimizer, before, gradient, entryOf(at.slots, name), step);
    weights.set(name, next.weights);
    slots.set(name, next.slots);
  }
  return { weights, slots };
}
