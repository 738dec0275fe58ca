import type { LayerSpec } from '../../job/architecture/read-architecture.js';
import type { Regularizer } from '../../job/architecture/settings.js';
import type { Penalty } from './optimizer.js';

/** The penalty of a weight: λ/2 Σw² by the job, and λ₁ Σ|w| + λ₂ Σw² by the architecture. */
export function penaltyOf(config: LayerSpec['config'], weight: string, byJob: number): Penalty {
  const regularizer = config[`${weight}_regularizer`] as Regularizer | undefined;
  const { l1 = 0, l2 = 0 } = regularizer?.config ?? {};
  return { l1, l2: byJob + 2 * l2 };
}
