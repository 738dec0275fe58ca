import type { Seconds } from '../core/planner/plan.js';
import type { Cost } from './contracts/operations.js';

/** Sums that survive `continue as new`. */
export interface LedgerState {
  readonly startedAt: number;
  readonly join: number;
  readonly compute: number;
  readonly transfer: number;
  readonly bytesOut: Readonly<Record<string, number>>;
}

export function beginning(startedAt: number): LedgerState {
  return { startedAt, join: 0, compute: 0, transfer: 0, bytesOut: {} };
}

interface At {
  /** Silo whose bytes count; undefined for the aggregator worker. */
  readonly silo: string | undefined;
  readonly cost: Cost;
}

/**
 * Where a run's time and bytes go. Of operations that run side by side only the longest is on the critical path; what is
 * left of the wall-clock time when joining, computing and transfer are taken off is orchestration.
 */
export class Ledger {
  /** @param onBytesOut told whenever bytes have left a silo */
  constructor(
    private state: LedgerState,
    private readonly onBytesOut: (bytesOut: LedgerState['bytesOut']) => void,
  ) {}

  /** Enters operations that ran at the same time. */
  together(entries: readonly At[]): void {
    const longest = entries.reduce<Cost | undefined>(
      (worst, { cost }) => (worst === undefined || secondsOf(cost) > secondsOf(worst) ? cost : worst),
      undefined,
    );
    if (!longest) return;
    const bytesOut = { ...this.state.bytesOut };
    for (const { silo, cost } of entries) {
      if (silo !== undefined) bytesOut[silo] = (bytesOut[silo] ?? 0) + cost.bytesOut;
    }
    const { join, compute, transfer } = this.state;
    this.state = {
      ...this.state,
      join: join + longest.join,
      compute: compute + longest.compute,
      transfer: transfer + longest.transfer,
      bytesOut,
    };
    this.onBytesOut(bytesOut);
  }

  /** Enters what a child workflow has cost. */
  add(child: LedgerState): void {
    const { startedAt, join, compute, transfer, bytesOut } = this.state;
    const silos = [...new Set([...Object.keys(bytesOut), ...Object.keys(child.bytesOut)])];
    this.state = {
      startedAt,
      join: join + child.join,
      compute: compute + child.compute,
      transfer: transfer + child.transfer,
      bytesOut: Object.fromEntries(
        silos.map((silo) => [silo, (bytesOut[silo] ?? 0) + (child.bytesOut[silo] ?? 0)]),
      ),
    };
    this.onBytesOut(this.state.bytesOut);
  }

  snapshot(): LedgerState {
    return this.state;
  }

  seconds(now: number): Seconds {
    const { startedAt, join, compute, transfer } = this.state;
    const total = (now - startedAt) / 1000;
    return { join, compute, transfer, orchestration: Math.max(0, total - join - compute - transfer), total };
  }

  get bytesOut(): Readonly<Record<string, number>> {
    return this.state.bytesOut;
  }
}

function secondsOf({ join, compute, transfer }: Cost): number {
  return join + compute + transfer;
}
