import type { Cost } from './operations.js';

export const NO_COST: Cost = { join: 0, compute: 0, transfer: 0, bytesOut: 0 };

/** What operations have cost that were done one after the other. */
export function plus(a: Cost, b: Cost): Cost {
  return {
    join: a.join + b.join,
    compute: a.compute + b.compute,
    transfer: a.transfer + b.transfer,
    bytesOut: a.bytesOut + b.bytesOut,
  };
}

/** Of operations that ran side by side the one that took longest, which is what the others were waited for; none of none. */
export function longest(costs: readonly Cost[]): Cost {
  return costs.reduce((worst, cost) => (secondsOf(cost) > secondsOf(worst) ? cost : worst), NO_COST);
}

function secondsOf({ join, compute, transfer }: Cost): number {
  return join + compute + transfer;
}
